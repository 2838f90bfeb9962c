#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Static libraries that selftests link: libnuma (ksm_tests, migration), libcap (memfd_secret,
# mlock-random-test) and liburing (cow, gup_longterm). Debian has them ready-made for some architectures only,
# so all are built alike from its source packages.
#
#   CROSS_COMPILE  compiler prefix, may be empty      SOURCES  folder with the unpacked source packages
#   OUT            where lib/ and include/ appear     WORK     scratch folder     JOBS  for make -j
set -eu
CC=${CROSS_COMPILE}gcc AR=${CROSS_COMPILE}ar RANLIB=${CROSS_COMPILE}ranlib
mkdir -p "$OUT/include" "$OUT/lib"

# numactl's configure only finds out what every Linux compiler here has, so its six files are compiled directly.
mkdir "$WORK/numa"
cd "$WORK/numa"
: > config.h
for file in libnuma syscall distance affinity sysfs rtnetlink; do
  $CC -O2 -w -D_GNU_SOURCE -DTLS=__thread -I. -I"$SOURCES/numactl" -c "$SOURCES/numactl/$file.c" -o $file.o
done
$AR rcsD "$OUT/lib/libnuma.a" ./*.o
cp "$SOURCES/numactl/numa.h" "$SOURCES/numactl/numaif.h" "$SOURCES/numactl/numacompat1.h" "$OUT/include"

cp -r "$SOURCES/libcap2" "$WORK/cap"
make -s -C "$WORK/cap/libcap" CC="$CC" AR="$AR" RANLIB="$RANLIB" OBJCOPY="${CROSS_COMPILE}objcopy" \
  BUILD_CC=gcc PTHREADS=no SHARED=no libcap.a
cp "$WORK/cap/libcap/libcap.a" "$OUT/lib"
mkdir -p "$OUT/include/sys"
cp "$WORK/cap/libcap/include/sys/capability.h" "$WORK/cap/libcap/include/sys/securebits.h" "$OUT/include/sys"

cp -r "$SOURCES/liburing" "$WORK/uring"
cd "$WORK/uring"
./configure --cc="$CC"
make -s -j"$JOBS" -C src liburing.a ENABLE_SHARED=0 CFLAGS="-O2 -D_GNU_SOURCE" AR="$AR" RANLIB="$RANLIB"
cp src/liburing.a "$OUT/lib"
cp -r src/include/liburing.h src/include/liburing "$OUT/include"
