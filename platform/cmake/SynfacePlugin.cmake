# synface_add_plugin(): the one way to build a plugin, in this tree and, through the installed
# package (find_package(synface)), in anybody else's. Nothing here may depend on this tree.
include("${CMAKE_CURRENT_LIST_DIR}/SynfaceTorchUse.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/SynfaceCuda.cmake")

set(SYNFACE_PLUGIN_VERSION_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/synface_plugin.map")
set(SYNFACE_PLUGIN_KINDS generator mixup backbone loss benchmark)

# synface_add_plugin(NAME KIND <kind> SOURCES <file>...
#                    [TORCH] [CUDA_SOURCES <file>.cu...] [LIBS <target>...]
#                    [DEFINITIONS <NAME=VALUE>...] [INCLUDES <folder>...])
#
#   Builds the shared library NAME.so (target plugin_NAME) from C11 or C++ sources, with the ABI's
#   and the SDK's headers in sight, into SYNFACE_PLUGIN_OUTPUT_DIRECTORY (default: the current
#   binary folder). It exports one symbol, synface_plugin_entry; an unresolved symbol is an error
#   at link time, not at load time.
#
#   KIND          generator, mixup, backbone, loss or benchmark
#   TORCH         links LibTorch (torch_cpu and c10) and defines SYNFACE_PLUGIN_TORCH="<version>",
#                 which the SDK writes into the note; without it the plugin is free of LibTorch
#   CUDA_SOURCES  compiled by nvcc where SYNFACE_CUDA is ON, left out elsewhere: the body of a
#                 kernel belongs in a header that a .cpp of SOURCES runs on the CPU as well;
#                 SYNFACE_PLUGIN_CUDA="<version of the CUDA runtime>" is defined where they are in
#   INCLUDES      further private include folders
function(synface_add_plugin name)
  cmake_parse_arguments(ARG "TORCH" "KIND" "SOURCES;CUDA_SOURCES;LIBS;DEFINITIONS;INCLUDES" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "synface_add_plugin(${name}): unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ARG_KIND IN_LIST SYNFACE_PLUGIN_KINDS)
    message(FATAL_ERROR
      "synface_add_plugin(${name}): KIND is '${ARG_KIND}', must be one of ${SYNFACE_PLUGIN_KINDS}")
  endif()
  if(NOT ARG_SOURCES)
    message(FATAL_ERROR "synface_add_plugin(${name}): SOURCES is empty")
  endif()

  set(target plugin_${name})
  add_library(${target} MODULE ${ARG_SOURCES})
  set(output "${SYNFACE_PLUGIN_OUTPUT_DIRECTORY}")
  if(NOT output)
    set(output "${CMAKE_CURRENT_BINARY_DIR}")
  endif()
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${name} PREFIX "" SUFFIX ".so" DEBUG_POSTFIX ""
    LIBRARY_OUTPUT_DIRECTORY "${output}"
    LINK_DEPENDS "${SYNFACE_PLUGIN_VERSION_SCRIPT}"
    POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_compile_features(${target} PRIVATE c_std_11 cxx_std_17)
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}" ${ARG_INCLUDES})
  target_compile_definitions(${target} PRIVATE ${ARG_DEFINITIONS})
  target_link_libraries(${target} PRIVATE synface::abi synface::sdk ${ARG_LIBS})
  target_link_options(${target} PRIVATE
    "LINKER:--version-script=${SYNFACE_PLUGIN_VERSION_SCRIPT}" "LINKER:-z,defs"
    "LINKER:--exclude-libs,ALL")
  if(TARGET synface_warnings) # our own tree
    target_link_libraries(${target} PRIVATE synface_warnings)
    add_dependencies(synface_product ${target})
    install(TARGETS ${target} LIBRARY DESTINATION "${SYNFACE_INSTALL_PLUGINS}")
  endif()

  if(ARG_TORCH)
    synface_use_torch(${target})
    get_target_property(torch_version synface::torch SYNFACE_VERSION)
    target_compile_definitions(${target} PRIVATE SYNFACE_PLUGIN_TORCH="${torch_version}")
  endif()
  if(ARG_CUDA_SOURCES)
    synface_add_cuda_sources(${target} ${ARG_CUDA_SOURCES})
  endif()
endfunction()
