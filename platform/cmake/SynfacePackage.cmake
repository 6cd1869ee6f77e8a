# The CMake package `synface` for plugin authors: installed below the prefix, and usable from the
# build folder as well (-Dsynface_DIR=build/release/package).
include(CMakePackageConfigHelpers)
set(_package "${PROJECT_BINARY_DIR}/package")
configure_file("${CMAKE_CURRENT_LIST_DIR}/synfaceConfig.cmake.in"
               "${_package}/synfaceConfig.cmake" @ONLY)
write_basic_package_version_file("${_package}/synfaceConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
set(_package_files)
foreach(file SynfacePlugin.cmake SynfaceTorchUse.cmake SynfaceCuda.cmake SynfaceCudaToolkit.cmake
        FindSynfaceTorch.cmake synface_plugin.map)
  configure_file("${CMAKE_CURRENT_LIST_DIR}/${file}" "${_package}/${file}" COPYONLY)
  list(APPEND _package_files "${_package}/${file}")
endforeach()

export(EXPORT synface_targets NAMESPACE synface:: FILE "${_package}/synfaceTargets.cmake")
install(EXPORT synface_targets NAMESPACE synface:: FILE synfaceTargets.cmake
        DESTINATION "${SYNFACE_INSTALL_PACKAGE}" COMPONENT sdk)
install(FILES "${_package}/synfaceConfig.cmake" "${_package}/synfaceConfigVersion.cmake"
              ${_package_files}
        DESTINATION "${SYNFACE_INSTALL_PACKAGE}" COMPONENT sdk)
