# Enables CUDA, at the top of a project, for synface_add_cuda_sources().
#
# Takes, in this order: CMAKE_CUDA_COMPILER or CUDACXX (yours), the pinned wheels that
# `./synface setup --cuda` unpacked under SYNFACE_DEPS, an installed toolkit.
# Defines synface::cudart and SYNFACE_CUDA_VERSION (of the toolkit, "13.0").
#
# find_package(CUDAToolkit) is of no use with the wheels: it wants the layout of an installed
# toolkit, static libraries and the driver's stub, of which only the runtime is needed here.
set(SYNFACE_CUDA_ARCHITECTURES "80-real;86-real;89-real;90" CACHE STRING
    "GPU architectures that the kernels are compiled for; the last one also as PTX for newer ones")

if(NOT SYNFACE_DEPS)
  if(DEFINED ENV{XDG_CACHE_HOME})
    set(SYNFACE_DEPS "$ENV{XDG_CACHE_HOME}/synface/deps")
  else()
    set(SYNFACE_DEPS "$ENV{HOME}/.cache/synface/deps")
  endif()
endif()
if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
  find_program(SYNFACE_NVCC nvcc
    HINTS "${SYNFACE_DEPS}/cuda-13.0/nvidia/cu13/bin" PATHS /usr/local/cuda/bin
    DOC "the CUDA compiler")
  if(NOT SYNFACE_NVCC)
    message(FATAL_ERROR
      "SYNFACE_CUDA is ON, but there is no nvcc: looked in ${SYNFACE_DEPS}/cuda-13.0, on the PATH "
      "and in /usr/local/cuda. Run ./synface setup --cuda, or pass -DCMAKE_CUDA_COMPILER=<nvcc>")
  endif()
  set(CMAKE_CUDA_COMPILER "${SYNFACE_NVCC}")
endif()
set(CMAKE_CUDA_ARCHITECTURES "${SYNFACE_CUDA_ARCHITECTURES}")
set(CMAKE_CUDA_RUNTIME_LIBRARY None) # linked by name below: the wheels have the shared one only
enable_language(CUDA)

# CMake 3.25 does not know that nvcc speaks C++20.
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
endif()

get_filename_component(_cuda_bin "${CMAKE_CUDA_COMPILER}" REALPATH)
get_filename_component(_cuda_root "${_cuda_bin}/../.." ABSOLUTE)
find_library(SYNFACE_CUDART NAMES libcudart.so libcudart.so.13
  HINTS "${_cuda_root}/lib" "${_cuda_root}/lib64" "${_cuda_root}/targets/x86_64-linux/lib" REQUIRED)
string(REGEX MATCH "^[0-9]+\\.[0-9]+" SYNFACE_CUDA_VERSION "${CMAKE_CUDA_COMPILER_VERSION}")

if(NOT TARGET synface::cudart)
  add_library(synface::cudart SHARED IMPORTED GLOBAL)
  set_target_properties(synface::cudart PROPERTIES
    IMPORTED_LOCATION "${SYNFACE_CUDART}"
    INTERFACE_INCLUDE_DIRECTORIES "${_cuda_root}/include"
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${_cuda_root}/include")
  # Folders that the compiler driver searches by itself are left out of the RUNPATH; the dynamic
  # linker does not know them.
  get_filename_component(_cudart_folder "${SYNFACE_CUDART}" DIRECTORY)
  list(REMOVE_ITEM CMAKE_CUDA_IMPLICIT_LINK_DIRECTORIES
    "${_cudart_folder}" "${_cuda_root}/lib" "${_cuda_root}/lib64")
endif()
