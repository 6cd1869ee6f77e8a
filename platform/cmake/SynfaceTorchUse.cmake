# synface_use_torch(TARGET [NO_PCH])
#   Links LibTorch and, in this tree, uses the one precompiled header of ATen: compiled once
#   (18 s), each file after that takes 2 s instead of 8. <torch/torch.h> may be included on top
#   where it must be (20 s a file), at:: code needs nothing but <ATen/ATen.h>.
#   A source that is compiled with other code-generation flags (-mavx2, -O3) cannot use it: set its
#   property SKIP_PRECOMPILE_HEADERS ON.
function(synface_use_torch target)
  cmake_parse_arguments(ARG "NO_PCH" "" "" ${ARGN})
  if(NOT TARGET synface::torch)
    find_package(SynfaceTorch REQUIRED)
  endif()
  target_link_libraries(${target} PRIVATE synface::torch)
  if(NOT TARGET synface_warnings OR ARG_NO_PCH)
    return()
  endif()
  if(NOT TARGET synface_torch_pch)
    file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/torch_pch/torch_pch.cpp"
         CONTENT "// carries the precompiled header\n")
    add_library(synface_torch_pch OBJECT "${PROJECT_BINARY_DIR}/torch_pch/torch_pch.cpp")
    target_link_libraries(synface_torch_pch PRIVATE synface::torch synface_warnings)
    target_precompile_headers(synface_torch_pch PRIVATE
      "$<$<COMPILE_LANGUAGE:CXX>:<ATen/ATen.h$<ANGLE-R>>")
  endif()
  target_precompile_headers(${target} REUSE_FROM synface_torch_pch)
endfunction()
