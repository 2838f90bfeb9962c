# SPDX-License-Identifier: Apache-2.0
# vmlab_fuzz_target(SOURCE LIBRARY): the libFuzzer program of one *_fuzz.cpp and its ctest entry. Seeds are the
# testdata beside the source, among them testdata/fuzz/PROGRAM: inputs that once failed.
function(vmlab_fuzz_target SOURCE LIBRARY)
  get_filename_component(program ${SOURCE} NAME_WE)
  get_filename_component(folder ${SOURCE} DIRECTORY)
  # The room's own, too, for a source in a subfolder.
  set(seeds ${folder}/testdata ${CMAKE_CURRENT_SOURCE_DIR}/testdata)
  list(REMOVE_DUPLICATES seeds)
  add_executable(${program} ${SOURCE})
  target_link_libraries(${program} PRIVATE ${LIBRARY})
  target_link_options(${program} PRIVATE -fsanitize=fuzzer)
  add_test(NAME fuzz_${program} COMMAND ${PROJECT_SOURCE_DIR}/cmake/run_fuzzer.sh
           $<TARGET_FILE:${program}> ${seeds})
  set_tests_properties(fuzz_${program} PROPERTIES LABELS fuzz TIMEOUT 300)
endfunction()
