# The kinds of target that this tree is made of: rooms, executables, plugins, tests.
include("${CMAKE_CURRENT_LIST_DIR}/SynfacePlugin.cmake") # synface_add_plugin, synface_use_torch

# What a user runs: both executables, every plugin and the assets that they need, but no test.
add_custom_target(synface_product)

# synface_add_executable(NAME SOURCES ... [LIBS ...] [TORCH])
#   One of the two programs; installed, and part of synface_product.
function(synface_add_executable name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} synface_warnings)
  if(ARG_TORCH)
    synface_use_torch(${name})
  endif()
  add_dependencies(synface_product ${name})
  install(TARGETS ${name} RUNTIME DESTINATION "${SYNFACE_INSTALL_BIN}")
endfunction()

# synface_add_room(NAME SOURCES ... [DEPS ...] [PRIVATE_DEPS ...] [TORCH])
#   One folder of platform/ as one static library, target synface_NAME (alias synface::NAME),
#   with the public headers in include/synface/NAME/. TORCH: links LibTorch and uses the
#   precompiled header.
function(synface_add_room name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(synface_${name} STATIC ${ARG_SOURCES})
  add_library(synface::${name} ALIAS synface_${name})
  target_include_directories(synface_${name}
    PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/include" PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
  target_link_libraries(synface_${name}
    PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS} $<BUILD_INTERFACE:synface_warnings>)
  if(ARG_TORCH)
    synface_use_torch(synface_${name})
  endif()
endfunction()

# synface_add_test(NAME SOURCES ... [LIBS ...] [LABELS long] [TIMEOUT seconds] [TORCH] [NEEDS ...])
#   A GoogleTest program; LABELS long puts it into the long tier. NEEDS: targets that must be built
#   before it runs (synface, plugin_cosface, ...).
function(synface_add_test name)
  cmake_parse_arguments(ARG "TORCH" "TIMEOUT;LABELS" "SOURCES;LIBS;NEEDS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} GTest::gtest GTest::gmock GTest::gtest_main
    synface_warnings)
  target_compile_definitions(${name} PRIVATE
    SYNFACE_TEST_SOURCE_DIR="${PROJECT_SOURCE_DIR}" SYNFACE_TEST_BINARY_DIR="${PROJECT_BINARY_DIR}")
  if(ARG_TORCH)
    synface_use_torch(${name})
  endif()
  if(ARG_NEEDS)
    add_dependencies(${name} ${ARG_NEEDS})
  endif()
  set(properties TIMEOUT ${ARG_TIMEOUT})
  if(ARG_LABELS)
    list(APPEND properties LABELS "${ARG_LABELS}")
  endif()
  # The program's name goes first: two programs may have tests of one name.
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
    TEST_PREFIX "${name}." PROPERTIES "${properties}")
endfunction()
