# The octet command as one file that needs nothing of a system, and small.
target_sources(octet_command PRIVATE static_program.cc)
target_link_options(octet_command PRIVATE -static)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^armv7")
  target_sources(octet_command PRIVATE start_armv7.cc)
  target_link_options(octet_command PRIVATE -Wl,--entry=octet_start)
endif()

# AArch64: musl as the C library, a tenth of glibc's 0.55 MB. Compiler, headers
# and C++ library are Debian's, made for glibc; what they take from the C
# library has the same binary form in both on AArch64 (not on 32-bit ARM, where
# musl has times of 64 bits), and static_program.cc has the rest.
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
  find_library(OCTET_MUSL_LIBRARY NAMES libc.a REQUIRED
    PATH_SUFFIXES aarch64-linux-musl lib/aarch64-linux-musl
    NO_CMAKE_ENVIRONMENT_PATH
    DOC "musl's libc.a (Debian: musl-dev)")
  get_filename_component(musl "${OCTET_MUSL_LIBRARY}" DIRECTORY)
  if(NOT musl MATCHES "musl")
    message(FATAL_ERROR "octet: OCTET_STATIC_COMMAND needs musl's libc.a "
      "(Debian: musl-dev); found ${OCTET_MUSL_LIBRARY}.")
  endif()
  foreach(name crtbegin.o crtend.o libstdc++.a libgcc.a libgcc_eh.a)
    execute_process(
      COMMAND "${CMAKE_CXX_COMPILER}" "-print-file-name=${name}"
      OUTPUT_VARIABLE path OUTPUT_STRIP_TRAILING_WHITESPACE)
    list(APPEND octet_compiler_files "${path}")
  endforeach()
  list(POP_FRONT octet_compiler_files begin end)
  list(JOIN octet_compiler_files " " libraries)
  target_compile_definitions(octet_command PRIVATE OCTET_MUSL)
  target_link_options(octet_command PRIVATE
    -nostartfiles -nodefaultlibs "${musl}/crt1.o" "${musl}/crti.o" "${begin}")
  # Behind all other libraries.
  set(CMAKE_CXX_STANDARD_LIBRARIES
    "-Wl,--start-group ${libraries} ${musl}/libc.a -Wl,--end-group ${end} ${musl}/crtn.o")
endif()
