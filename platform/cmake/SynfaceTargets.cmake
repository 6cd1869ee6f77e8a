# The three kinds of target that this tree is made of.

# synface_add_room(NAME SOURCES ... [DEPS ...] [PRIVATE_DEPS ...])
#   One folder of platform/ as one static library, target synface_NAME (alias synface::NAME),
#   with the public headers in include/synface/NAME/.
function(synface_add_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(synface_${name} STATIC ${ARG_SOURCES})
  add_library(synface::${name} ALIAS synface_${name})
  target_include_directories(synface_${name}
    PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/include" PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
  target_link_libraries(synface_${name}
    PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS} $<BUILD_INTERFACE:synface_warnings>)
endfunction()

# synface_add_test(NAME SOURCES ... [LIBS ...] [LABELS ...])
#   A GoogleTest program; LABELS long puts it into the long tier.
function(synface_add_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} GTest::gtest GTest::gmock GTest::gtest_main
    synface_warnings)
  target_compile_definitions(${name} PRIVATE
    SYNFACE_TEST_SOURCE_DIR="${PROJECT_SOURCE_DIR}" SYNFACE_TEST_BINARY_DIR="${PROJECT_BINARY_DIR}")
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()
