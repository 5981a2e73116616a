# What `cmake --install` copies of the runtime, as component "runtime": headers,
# library, and what find_package and pkg-config read.
include(CMakePackageConfigHelpers)

set(octet_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/octet")
set(octet_generated_dir "${CMAKE_CURRENT_BINARY_DIR}/package")
set(octet_pc_flags "")
if(BUILD_SHARED_LIBS)
  set(octet_pc_flags " -DOCTET_SHARED")
endif()
set(octet_pc_threads "")
if(OCTET_PTHREADPOOL)
  set(octet_pc_threads "-lpthreadpool ")
endif()

configure_file(octetConfig.cmake.in
  "${octet_generated_dir}/octetConfig.cmake" @ONLY)
# Versions 0.x promise nothing beyond their minor number.
write_basic_package_version_file(
  "${octet_generated_dir}/octetConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
configure_file(octet.pc.in "${octet_generated_dir}/octet.pc" @ONLY)

install(TARGETS octet EXPORT octetTargets COMPONENT runtime
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT runtime)
install(EXPORT octetTargets NAMESPACE octet::
  DESTINATION "${octet_package_dir}" COMPONENT runtime)
install(DIRECTORY include/octet
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT runtime)
install(FILES
  "${octet_generated_dir}/octetConfig.cmake"
  "${octet_generated_dir}/octetConfigVersion.cmake"
  "${PROJECT_SOURCE_DIR}/toolchains/find/FindPthreadpool.cmake"
  DESTINATION "${octet_package_dir}" COMPONENT runtime)
install(FILES "${octet_generated_dir}/octet.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT runtime)
