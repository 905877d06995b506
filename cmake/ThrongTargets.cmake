# How every target of the project is made: the same warnings, the same include root, one place.

add_library(throng_options INTERFACE)
add_library(throng::options ALIAS throng_options)
target_compile_features(throng_options INTERFACE cxx_std_20)
target_compile_definitions(throng_options INTERFACE THRONG_VERSION="${PROJECT_VERSION}")
target_compile_options(throng_options INTERFACE -Wall -Wextra -Wshadow -Wpedantic)
target_include_directories(throng_options INTERFACE ${PROJECT_SOURCE_DIR})
if(THRONG_WARNINGS_AS_ERRORS)
  target_compile_options(throng_options INTERFACE -Werror)
endif()
if(THRONG_SANITIZE)
  # Debian's gmock is built without type information that the vptr check could use.
  target_compile_options(throng_options INTERFACE -fsanitize=${THRONG_SANITIZE} -fno-sanitize=vptr
                                                  -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(throng_options INTERFACE -fsanitize=${THRONG_SANITIZE})
  if(THRONG_SANITIZE MATCHES thread)
    # It can't follow fences; Asio's queues are ordered by their mutexes all the same.
    target_compile_definitions(throng_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()

# throng_library(NAME SOURCES a.cpp b.hpp ... [PUBLIC dep ...] [PRIVATE dep ...])
#   makes the static library throng_NAME and its alias throng::NAME.
function(throng_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(throng_${name} STATIC ${ARG_SOURCES})
  add_library(throng::${name} ALIAS throng_${name})
  target_link_libraries(throng_${name} PUBLIC throng::options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

set(THRONG_EMBED ${CMAKE_CURRENT_LIST_DIR}/embed.cmake)

# throng_embed(VARIABLE HEADER a.hpp NAMESPACE ns DIRECTORY dir [CONSTANTS kName=a.css ...]
#              [TABLE kFiles FILES a.css ...])
#   sets VARIABLE to a C++ source that defines what HEADER declares, with the files of DIRECTORY: a
#   std::string_view for each constant; a std::span of `File{name, SHA-256, text}`.
function(throng_embed variable)
  cmake_parse_arguments(ARG "" "HEADER;NAMESPACE;DIRECTORY;TABLE" "CONSTANTS;FILES" ${ARGN})
  set(directory ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_DIRECTORY})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${variable}.cpp)
  list(TRANSFORM ARG_CONSTANTS REPLACE "^[^=]+=" "" OUTPUT_VARIABLE read_files)
  list(APPEND read_files ${ARG_FILES})
  list(TRANSFORM read_files PREPEND ${directory}/)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DHEADER=${ARG_HEADER} -DNAMESPACE=${ARG_NAMESPACE}
            -DDIRECTORY=${directory} "-DCONSTANTS=${ARG_CONSTANTS}" -DTABLE=${ARG_TABLE}
            "-DFILES=${ARG_FILES}" -P ${THRONG_EMBED}
    DEPENDS ${THRONG_EMBED} ${read_files}
    COMMENT "Embedding ${ARG_DIRECTORY}"
    VERBATIM)
  set(${variable} ${output} PARENT_SCOPE)
endfunction()

# Tests are compiled more often than run: what optimising their code would save is less than it
# takes, and so it is with checks for undefined behaviour, which the code they test has.
set(THRONG_TEST_OPTIONS -O0)
if(THRONG_SANITIZE MATCHES undefined)
  list(APPEND THRONG_TEST_OPTIONS -fno-sanitize=undefined)
endif()

# throng_test_headers()
#   makes what throng_test() needs. Parsing GoogleMock takes longer than the rest of most tests, so
#   all share one precompiled copy.
function(throng_test_headers)
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/test_headers.cpp "")
  add_library(test_headers OBJECT ${CMAKE_CURRENT_BINARY_DIR}/test_headers.cpp)
  target_link_libraries(test_headers PRIVATE throng::options GTest::gmock)
  target_compile_options(test_headers PRIVATE ${THRONG_TEST_OPTIONS})
  target_precompile_headers(test_headers PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
endfunction()

# throng_test(NAME [THREADED] SOURCES a_test.cpp ... LIBS dep ...)
#   makes the GoogleTest program NAME_test; each of its tests is a ctest of its own. THREADED: it
#   uses more than one thread, so it is run under the thread sanitizer too.
function(throng_test name)
  cmake_parse_arguments(ARG "THREADED" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name}_test ${ARG_SOURCES})
  target_link_libraries(${name}_test PRIVATE throng::options ${ARG_LIBS} GTest::gmock GTest::gtest_main)
  target_compile_options(${name}_test PRIVATE ${THRONG_TEST_OPTIONS})
  target_precompile_headers(${name}_test REUSE_FROM test_headers)
  add_dependencies(unit_tests ${name}_test)
  set(label unit)
  if(ARG_THREADED)
    add_dependencies(threaded_tests ${name}_test)
    set(label threaded)
  endif()
  # Found when ctest runs, so that the build itself runs nothing.
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES LABELS ${label} TIMEOUT 300)
endfunction()
