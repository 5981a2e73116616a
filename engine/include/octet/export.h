// OCTET_EXPORT: marks what a shared library of Octet offers to applications.
// Nothing else of it is visible. CMake defines OCTET_SHARED where it builds or
// uses the shared library.

#ifndef OCTET_EXPORT_H_
#define OCTET_EXPORT_H_

#if defined(OCTET_SHARED)
#define OCTET_EXPORT __attribute__((visibility("default")))
#else
#define OCTET_EXPORT
#endif

#endif  // OCTET_EXPORT_H_
