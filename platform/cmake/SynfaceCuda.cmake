# synface_add_cuda_sources(TARGET <file>.cu...)
#   Adds kernels to a target where SYNFACE_CUDA is ON, and does nothing elsewhere.
function(synface_add_cuda_sources target)
  if(NOT SYNFACE_CUDA)
    return()
  endif()
  if(NOT TARGET synface::cudart)
    message(FATAL_ERROR "SYNFACE_CUDA is ON, but CUDA was not set up before ${target}: "
                        "include(SynfaceCudaToolkit) at the top of the project")
  endif()
  target_sources(${target} PRIVATE ${ARGN})
  set_target_properties(${target} PROPERTIES
    CUDA_STANDARD 20 CUDA_STANDARD_REQUIRED ON CUDA_RUNTIME_LIBRARY None
    CUDA_VISIBILITY_PRESET hidden CUDA_ARCHITECTURES "${SYNFACE_CUDA_ARCHITECTURES}")
  target_compile_definitions(${target} PRIVATE SYNFACE_PLUGIN_CUDA="${SYNFACE_CUDA_VERSION}")
  target_link_libraries(${target} PRIVATE synface::cudart)
endfunction()
