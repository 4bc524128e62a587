// The files of `listen.tls`, on disk.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/test_authority.h"

namespace taskgateway::support {

// A folder with `server.pem`, `server.key` and `clients.pem`, gone with the test.
class TlsFolder {
 public:
  TlsFolder() {
    std::string path = std::filesystem::temp_directory_path() / "taskgateway-tls-XXXXXX";
    folder_ = mkdtemp(path.data());
  }
  ~TlsFolder() { std::filesystem::remove_all(folder_); }

  void Put(const TestIdentity& identity) const {
    Write("server.pem", identity.certificate);
    Write("server.key", identity.key);
  }
  void Write(const std::string& name, const std::string& content) const { std::ofstream(Path(name)) << content; }
  std::string Path(const std::string& name) const { return folder_ / name; }

 private:
  std::filesystem::path folder_;
};

}  // namespace taskgateway::support
