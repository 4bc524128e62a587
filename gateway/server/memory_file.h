// A file that only this process can reach.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace taskgateway::server {

// A file in memory with a path, for libraries that read secrets from files only: nothing reaches a disk. Linux.
class MemoryFile {
 public:
  // Empty. `name` is for debuggers. Error: UNAVAILABLE when the system gives none.
  static absl::StatusOr<std::unique_ptr<MemoryFile>> Make(const std::string& name);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  // Where this process finds it, always the same.
  const std::string& path() const { return path_; }
  // Replaces the content at once: who opens the path finds the old content or the new one, and another modification
  // time, in whole seconds, with each. Error: UNAVAILABLE; the old content stays.
  absl::Status Replace(std::string_view content);

 private:
  MemoryFile(std::string name, int descriptor);

  const std::string name_;
  const int descriptor_;
  const std::string path_;
  long modified_ = 0;  // seconds since 1970
};

}  // namespace taskgateway::server
