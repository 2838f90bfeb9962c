# SPDX-License-Identifier: Apache-2.0
# vmlab_room(NAME [USES room...] [LINK library...] [TEST_LINK library...])
#
# One call makes a room: the library from NAME/*.cpp (and one level of sub-folders), the test program
# from NAME/*_test.cpp, the fuzz targets from NAME/*_fuzz.cpp and the benchmarks from NAME/*_bench.cpp.
# The layer test (tools/check_layers.cmake) reads the same USES lists.
option(VMLAB_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(VMLAB_TSAN "Build with ThreadSanitizer" OFF)
include(${CMAKE_CURRENT_LIST_DIR}/VmlabFuzz.cmake)
option(VMLAB_FUZZ "Build the libFuzzer targets" OFF)

add_library(vmlab_flags INTERFACE)
target_include_directories(vmlab_flags INTERFACE ${PROJECT_SOURCE_DIR}/orchestrator
                                                 ${PROJECT_SOURCE_DIR}/guest-tools)
target_compile_options(vmlab_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  -Wno-unused-parameter -Wno-missing-designated-field-initializers $<$<CONFIG:Release>:-O2>)
if(VMLAB_SANITIZE)
  target_compile_options(vmlab_flags INTERFACE -fsanitize=address,undefined
    -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g1)
  target_link_options(vmlab_flags INTERFACE -fsanitize=address,undefined)
elseif(VMLAB_TSAN)
  target_compile_options(vmlab_flags INTERFACE -fsanitize=thread -g1)
  target_link_options(vmlab_flags INTERFACE -fsanitize=thread)
endif()
if(VMLAB_FUZZ)
  target_compile_options(vmlab_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

function(vmlab_room NAME)
  cmake_parse_arguments(ROOM "" "" "USES;LINK;TEST_LINK" ${ARGN})
  set(dir ${CMAKE_CURRENT_SOURCE_DIR})
  file(GLOB all CONFIGURE_DEPENDS ${dir}/*.cpp ${dir}/*/*.cpp)
  set(tests ${all})
  set(fuzzers ${all})
  set(benches ${all})
  set(sources ${all})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|_fuzz|_bench|/main)\\.cpp$")

  set(uses ${ROOM_USES})
  list(TRANSFORM uses PREPEND "vmlab_")
  if(sources)
    add_library(vmlab_${NAME} STATIC ${sources})
    target_link_libraries(vmlab_${NAME} PUBLIC vmlab_flags ${uses} ${ROOM_LINK})
  else()
    add_library(vmlab_${NAME} INTERFACE)
    target_link_libraries(vmlab_${NAME} INTERFACE vmlab_flags ${uses} ${ROOM_LINK})
  endif()

  if(tests)
    add_executable(${NAME}_tests ${tests})
    target_link_libraries(${NAME}_tests PRIVATE vmlab_${NAME} ${ROOM_TEST_LINK} GTest::gtest
                                                GTest::gmock GTest::gtest_main)
    target_compile_definitions(${NAME}_tests PRIVATE
      VMLAB_SOURCE_DIR="${PROJECT_SOURCE_DIR}" VMLAB_BINARY_DIR="${PROJECT_BINARY_DIR}")
    # One ctest entry per test program, so that a program's start-up is paid once. Tests that boot
    # guests live in suites named *Qemu* or *Slow* and get their own entries and labels.
    add_test(NAME ${NAME} COMMAND ${NAME}_tests --gtest_filter=-*Qemu*:*Slow*)
    set_tests_properties(${NAME} PROPERTIES LABELS unit TIMEOUT 1200)
    set(texts "")
    foreach(source ${tests})
      file(STRINGS ${source} suites REGEX "^TEST(_F|_P)?\\(")
      string(APPEND texts "${suites}")
    endforeach()
    if(texts MATCHES "Qemu")
      # Building the kernels these guests boot is part of the first test that needs them.
      add_test(NAME ${NAME}_qemu COMMAND ${NAME}_tests --gtest_filter=*Qemu*-*Slow*)
      set_tests_properties(${NAME}_qemu PROPERTIES LABELS qemu TIMEOUT 5000)
    endif()
    if(texts MATCHES "Slow")
      add_test(NAME ${NAME}_slow COMMAND ${NAME}_tests --gtest_filter=*Slow*)
      set_tests_properties(${NAME}_slow PROPERTIES LABELS slow TIMEOUT 7200)
    endif()
  endif()
  foreach(source ${benches})
    get_filename_component(program ${source} NAME_WE)
    if(benchmark_FOUND)
      add_executable(${program} EXCLUDE_FROM_ALL ${source})
      target_link_libraries(${program} PRIVATE vmlab_${NAME} benchmark::benchmark)
      if(NOT TARGET vmlab_bench)
        add_custom_target(vmlab_bench)  # all benchmark programs; none is part of a normal build
      endif()
      add_dependencies(vmlab_bench ${program})
    endif()
  endforeach()
  if(VMLAB_FUZZ)
    foreach(source ${fuzzers})
      vmlab_fuzz_target(${source} vmlab_${NAME})
    endforeach()
  endif()
endfunction()
