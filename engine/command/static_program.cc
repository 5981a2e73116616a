// What the static command needs, or has smaller, of the C++ library.

#include <unistd.h>

#include <cstdlib>

namespace __gnu_cxx {

// std::terminate calls it. The C++ library's own prints the exception's name,
// and for that has a demangler of 50 KB. Nothing here throws but what has run
// out of memory.
void __verbose_terminate_handler() {
  constexpr char kMessage[] = "octet: ended by the C++ library: no memory?\n";
  const ssize_t written = write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
  static_cast<void>(written);
  std::abort();
}

}  // namespace __gnu_cxx

#if defined(OCTET_MUSL)
// What Debian's C++ library and unwinder take from glibc and musl does not
// have.
extern "C" {

// Whether reference counts may do without atomic instructions: no.
char __libc_single_threaded = 0;

// Finds unwinding tables faster; where it fails, dl_iterate_phdr finds them.
int _dl_find_object(void*, void*) { return -1; }

}  // extern "C"
#endif
