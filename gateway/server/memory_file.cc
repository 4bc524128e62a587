#include "gateway/server/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"

namespace taskgateway::server {
namespace {

absl::Status SystemError(std::string_view what) {
  return absl::UnavailableError(absl::StrCat("cannot ", std::string(what), " a file in memory: errno ", errno));
}

bool WriteAll(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(descriptor, content.data(), content.size());
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<MemoryFile>> MemoryFile::Make(const std::string& name) {
  const int descriptor = memfd_create(name.c_str(), MFD_CLOEXEC);
  if (descriptor < 0) return SystemError("make");
  return std::unique_ptr<MemoryFile>(new MemoryFile(name, descriptor));
}

MemoryFile::MemoryFile(std::string name, int descriptor)
    : name_(std::move(name)), descriptor_(descriptor), path_(absl::StrCat("/proc/self/fd/", descriptor)) {}

MemoryFile::~MemoryFile() { close(descriptor_); }

absl::Status MemoryFile::Replace(std::string_view content) {
  const int next = memfd_create(name_.c_str(), MFD_CLOEXEC);
  if (next < 0) return SystemError("make");
  const timespec modified[] = {{.tv_sec = modified_ + 1, .tv_nsec = 0}, {.tv_sec = modified_ + 1, .tv_nsec = 0}};
  const bool replaced =
      WriteAll(next, content) && futimens(next, modified) == 0 && dup3(next, descriptor_, O_CLOEXEC) >= 0;
  absl::Status status = replaced ? absl::OkStatus() : SystemError("write");
  if (replaced) ++modified_;
  close(next);
  return status;
}

}  // namespace taskgateway::server
