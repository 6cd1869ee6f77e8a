# LibTorch without its own find module, which fails where no CUDA toolkit is installed.
#
# Takes, in this order: TORCH_ROOT or Torch_DIR (a user's own LibTorch, the folder that holds
# include/ and lib/), then the pinned wheel that ./synface unpacked under SYNFACE_DEPS (with
# SYNFACE_CUDA the one with the CUDA half, where it was fetched).
# Defines the imported target synface::torch (torch_cpu and c10; never libtorch.so, which pulls in
# torch_cuda), and SYNFACE_TORCH_ROOT, SYNFACE_TORCH_VERSION. The CUDA half is mapped by the worker
# itself when a trial runs on a GPU, so that a build needs none of it.
set(_candidates)
if(TORCH_ROOT)
  list(APPEND _candidates "${TORCH_ROOT}")
endif()
if(Torch_DIR)
  get_filename_component(_from_dir "${Torch_DIR}/../../.." ABSOLUTE) # <root>/share/cmake/Torch
  list(APPEND _candidates "${_from_dir}" "${Torch_DIR}")
endif()
if(NOT SYNFACE_DEPS)
  if(DEFINED ENV{XDG_CACHE_HOME})
    set(SYNFACE_DEPS "$ENV{XDG_CACHE_HOME}/synface/deps")
  else()
    set(SYNFACE_DEPS "$ENV{HOME}/.cache/synface/deps")
  endif()
endif()
if(SYNFACE_CUDA)
  list(APPEND _candidates "${SYNFACE_DEPS}/libtorch-cuda-2.11.0/torch")
endif()
list(APPEND _candidates "${SYNFACE_DEPS}/libtorch-2.11.0/torch")

set(SYNFACE_TORCH_ROOT SYNFACE_TORCH_ROOT-NOTFOUND)
foreach(_root ${_candidates})
  if(EXISTS "${_root}/lib/libtorch_cpu.so")
    set(SYNFACE_TORCH_ROOT "${_root}")
    break()
  endif()
endforeach()

if(SYNFACE_TORCH_ROOT)
  file(STRINGS "${SYNFACE_TORCH_ROOT}/include/torch/headeronly/version.h" _version_lines
       REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*PATCH ([0-9]+).*" "\\1.\\2.\\3"
         SYNFACE_TORCH_VERSION "${_version_lines}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SynfaceTorch
  REQUIRED_VARS SYNFACE_TORCH_ROOT VERSION_VAR SYNFACE_TORCH_VERSION
  REASON_FAILURE_MESSAGE
  "LibTorch was not found. Run ./synface setup, or pass -DTORCH_ROOT=<folder with include/ and lib/>")

if(SynfaceTorch_FOUND AND NOT TARGET synface::torch)
  add_library(synface::c10 SHARED IMPORTED)
  set_target_properties(synface::c10 PROPERTIES
    IMPORTED_LOCATION "${SYNFACE_TORCH_ROOT}/lib/libc10.so")
  add_library(synface::torch SHARED IMPORTED)
  set_target_properties(synface::torch PROPERTIES
    IMPORTED_LOCATION "${SYNFACE_TORCH_ROOT}/lib/libtorch_cpu.so"
    SYNFACE_VERSION "${SYNFACE_TORCH_VERSION}"
    INTERFACE_LINK_LIBRARIES "synface::c10"
    INTERFACE_COMPILE_FEATURES cxx_std_17
    INTERFACE_INCLUDE_DIRECTORIES
    "${SYNFACE_TORCH_ROOT}/include;${SYNFACE_TORCH_ROOT}/include/torch/csrc/api/include"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES
    "${SYNFACE_TORCH_ROOT}/include;${SYNFACE_TORCH_ROOT}/include/torch/csrc/api/include")
endif()
