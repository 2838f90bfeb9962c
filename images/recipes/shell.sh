#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A shell for the guest, static: busybox for `vmlab shell` and for the tools scripts call, and bash, because
# the selftests' scripts use its arrays and [[ ]]. No distribution has a busybox for big-endian ppc.
# Variables as in libraries.sh; OUT is laid over the guest's root.
set -eu
RECIPES=$(cd "$(dirname "$0")" && pwd)
HOST=${CROSS_COMPILE%-}
mkdir -p "$OUT/bin" "$OUT/usr" "$WORK/busybox" "$WORK/bash"

cd "$SOURCES/busybox"
make -s O="$WORK/busybox" allnoconfig > /dev/null
# Every option asked for replaces its "is not set" line; the features of the applets get their defaults.
sed -e '/^#/d' -e '/^$/d' "$RECIPES/busybox.config" > "$WORK/wanted"
sed -e 's/=.*//' -e 's/.*/# & is not set/' "$WORK/wanted" > "$WORK/unset"
grep -v -x -F -f "$WORK/unset" "$WORK/busybox/.config" > "$WORK/config"
cat "$WORK/wanted" >> "$WORK/config"
cp "$WORK/config" "$WORK/busybox/.config"
yes "" 2> /dev/null | make -s O="$WORK/busybox" oldconfig > /dev/null
while read -r option; do
  grep -q -x -F "$option" "$WORK/busybox/.config" || { echo "busybox has no $option"; exit 1; }
done < "$WORK/wanted"
make -s -j"$JOBS" O="$WORK/busybox" CROSS_COMPILE="$CROSS_COMPILE" KCONFIG_NOTIMESTAMP=1 busybox busybox.links
cp "$WORK/busybox/busybox" "$OUT/bin/busybox"
sed -e 's,.*/,,' "$WORK/busybox/busybox.links" | sort -u | while read -r applet; do
  [ -e "$OUT/bin/$applet" ] || ln -s busybox "$OUT/bin/$applet"
done
ln -s bin "$OUT/sbin"
ln -s ../bin "$OUT/usr/bin"
ln -s ../bin "$OUT/usr/sbin"

# The answers that bash's configure would find by running a program, which a cross build cannot.
cd "$WORK/bash"
CC=${CROSS_COMPILE}gcc AR=${CROSS_COMPILE}ar RANLIB=${CROSS_COMPILE}ranlib CC_FOR_BUILD=gcc \
CFLAGS="-O1 -w" CFLAGS_FOR_BUILD="-O0 -w" LDFLAGS=-static \
bash_cv_termcap_lib=gnutermcap bash_cv_getcwd_malloc=yes bash_cv_job_control_missing=present \
bash_cv_sys_named_pipes=present bash_cv_func_sigsetjmp=present bash_cv_printf_a_format=yes \
bash_cv_getenv_redef=yes \
"$SOURCES/bash/configure" -q --host="${HOST:-x86_64-linux-gnu}" --build=x86_64-pc-linux-gnu \
  --without-bash-malloc --enable-static-link --disable-nls --disable-readline --disable-bang-history \
  --disable-progcomp --disable-coprocesses --disable-net-redirections --disable-help-builtin > configure.log 2>&1 \
  || { tail -20 configure.log; exit 1; }
make -s -j"$JOBS" bash > make.log 2>&1 || { tail -20 make.log; exit 1; }
cp bash "$OUT/bin/bash"
${CROSS_COMPILE}strip "$OUT/bin/bash" "$OUT/bin/busybox"
