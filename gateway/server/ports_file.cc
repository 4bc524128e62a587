#include "gateway/server/ports_file.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace taskgateway::server {

absl::Status WritePortsFile(const std::string& path, const std::map<std::string, int>& ports) {
  const std::string draft = absl::StrCat(path, ".", getpid());
  std::ofstream file(draft, std::ios::trunc);
  file << "{" << absl::StrJoin(ports, ", ", [](std::string* out, const auto& port) {
    absl::StrAppend(out, "\"", port.first, "\": ", port.second);
  }) << "}\n";
  file.close();
  if (!file.fail() && std::rename(draft.c_str(), path.c_str()) == 0) return absl::OkStatus();
  std::remove(draft.c_str());
  return absl::UnavailableError(
      absl::StrCat("--ports-file: \"", path, "\" cannot be written; give a path in a folder that exists and is yours"));
}

}  // namespace taskgateway::server
