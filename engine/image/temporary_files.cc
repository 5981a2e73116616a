#include "engine/image/temporary_files.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <utility>

namespace octet {
namespace {

// The table that the handler walks: nothing but lock-free atomics, because a
// handler may run between any two instructions. A path belongs to whoever
// takes it out of its slot.
std::atomic<const char*> paths[kMaxTemporaryFiles];
static_assert(std::atomic<const char*>::is_always_lock_free);

void RemoveAndReraise(int signal_number) {
  for (std::atomic<const char*>& slot : paths) {
    const char* path = slot.exchange(nullptr);
    if (path != nullptr) unlink(path);
  }
  // The handler was reset to the default (SA_RESETHAND): this ends the process
  // when the handler returns, with the exit status of the signal.
  raise(signal_number);
}

int TakeSlot(const char* path) {
  for (int slot = 0; slot < kMaxTemporaryFiles; ++slot) {
    const char* expected = nullptr;
    if (paths[slot].compare_exchange_strong(expected, path)) return slot;
  }
  return -1;
}

}  // namespace

void RemoveTemporaryFilesOnInterrupt() {
  for (int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction previous;
    if (sigaction(signal_number, nullptr, &previous) != 0) continue;
    if (previous.sa_handler == SIG_IGN) continue;
    struct sigaction action = {};
    action.sa_handler = RemoveAndReraise;
    action.sa_flags = int(SA_RESETHAND);
    sigemptyset(&action.sa_mask);
    sigaction(signal_number, &action, nullptr);
  }
}

TemporaryFile::TemporaryFile(std::string path)
    : path_(std::move(path)), slot_(TakeSlot(path_.c_str())) {}

TemporaryFile::~TemporaryFile() {
  if (slot_ >= 0 && paths[slot_].exchange(nullptr) == nullptr) {
    // The handler holds a pointer into path_ and is about to end the process:
    // wait for that rather than free the text under it.
    for (;;) pause();
  }
  if (created_) unlink(path_.c_str());
}

int TemporaryFile::Create() {
  const int descriptor =
      open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  created_ = descriptor >= 0;
  return descriptor;
}

}  // namespace octet
