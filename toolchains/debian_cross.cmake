# What the toolchain files of Debian's cross compilers share: libraries come
# from the folder that make_sysroot.sh fills (OCTET_SYSROOT: environment or
# -D), programs of the target run in qemu's user mode. The CPU is chosen for
# each run, e.g. `QEMU_CPU=cortex-a53 ctest`: here it would win over that.
set(OCTET_SYSROOT "$ENV{OCTET_SYSROOT}" CACHE PATH
  "Foreign libraries, made by toolchains/make_sysroot.sh")
if(NOT IS_DIRECTORY "${OCTET_SYSROOT}/usr")
  message(FATAL_ERROR
    "octet: OCTET_SYSROOT ('${OCTET_SYSROOT}') is no sysroot. Make one with "
    "toolchains/make_sysroot.sh and pass its folder.")
endif()
# try_compile runs this file again, without the cache.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES OCTET_SYSROOT)

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${OCTET_TARGET_PROCESSOR})
set(CMAKE_C_COMPILER ${OCTET_TARGET_TRIPLE}-gcc)
set(CMAKE_CXX_COMPILER ${OCTET_TARGET_TRIPLE}-g++)
set(CMAKE_LIBRARY_ARCHITECTURE ${OCTET_TARGET_TRIPLE})

# The C library is the cross compiler's; flatc and python are this machine's.
set(CMAKE_FIND_ROOT_PATH
  "${OCTET_SYSROOT}" "${OCTET_SYSROOT}/usr" "/usr/${OCTET_TARGET_TRIPLE}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# Headers that differ from architecture to architecture, where a compiler that
# was not installed for them does not look.
include_directories(SYSTEM "${OCTET_SYSROOT}/usr/include/${OCTET_TARGET_TRIPLE}")

set(octet_foreign_libraries "${OCTET_SYSROOT}/usr/lib/${OCTET_TARGET_TRIPLE}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wl,-rpath-link,${octet_foreign_libraries}")
set(CMAKE_CROSSCOMPILING_EMULATOR
  "${OCTET_TARGET_EMULATOR};-L;/usr/${OCTET_TARGET_TRIPLE};-E;LD_LIBRARY_PATH=${octet_foreign_libraries}")
