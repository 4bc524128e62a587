#include "tests/bench/site.h"

#include <stdlib.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace taskgateway::bench {
namespace {

// What is measured has a core for itself; what it talks with shares the other one.
constexpr int kMeasuredCore = 0;
constexpr int kOtherCore = 1;

std::string Program(const std::string& name) { return absl::StrCat(TASKGATEWAY_BINARY_DIR "/", name); }

std::filesystem::path NewFolder() {
  std::string path = std::filesystem::temp_directory_path() / "taskgateway-bench-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    std::cerr << "bench: cannot create " << path << "\n";
    std::exit(1);
  }
  return path;
}

}  // namespace

Site::Site(std::string_view scenario) : folder_(NewFolder()) {
  StayOn(kOtherCore);
  std::ofstream(Path("scenario.yaml")) << scenario;
  simulator_ = std::make_unique<Child>(std::vector<std::string>{Program("tasksim"), "--scenario", Path("scenario.yaml"),
                                                                "--ports-file", Path("simulator.json")},
                                       kOtherCore, Path("simulator.log"));
  upstream_ = absl::StrCat("127.0.0.1:", simulator_->AwaitPort(Path("simulator.json"), "http"));
}

Site::~Site() {
  simulator_.reset();
  std::filesystem::remove_all(folder_);
}

std::unique_ptr<Child> Site::StartGateway(const std::string& name, std::string_view listen) {
  const std::string endpoint = absl::StrCat("account: bench, endpoint: \"http://", upstream_, "\"");
  std::ofstream(Path(name + ".yaml"))
      << "listen: {address: \"127.0.0.1:0\", max_concurrent_streams: 100000, max_connection_age: 1h, " << listen
      << "}\n"
      << "admin: {address: \"127.0.0.1:0\"}\n"
      << "drain: {limit: 0s}\n"
      << "accounts:\n"
      << "- {name: bench, credentials: {static: {access_key_id: simulator, access_key_secret: simulator-secret}}}\n"
      << "sources:\n"
      << "- {name: cloud-control, kind: cloud_control, " << endpoint
      << ", budgets: [{operation: GetTask, requests_per_second: 100000, burst: 100000}]}\n"
      << "- {name: service-catalog, kind: service_catalog, " << endpoint << "}\n";
  return std::make_unique<Child>(std::vector<std::string>{Program("taskgateway"), "--config", Path(name + ".yaml"),
                                                          "--ports-file", Path(name + ".json")},
                                 kMeasuredCore, Path(name + ".log"));
}

std::unique_ptr<Child> Site::StartBare(const std::string& name, std::vector<std::string> command, bool talks) {
  command[0] = Program("bench/" + command[0]);
  return std::make_unique<Child>(std::move(command), kMeasuredCore, Path(name + ".log"), talks);
}

std::string Site::AddressOf(Child& child, const std::string& name) const {
  return absl::StrCat("127.0.0.1:", child.AwaitPort(Path(name + ".json"), "grpc"));
}

}  // namespace taskgateway::bench
