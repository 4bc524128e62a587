// Where programs are measured: a folder, the simulator, and whatever else is started beside it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "tests/bench/child.h"

namespace taskgateway::bench {

class Site {
 public:
  // Keeps this process off the core of what is measured, and starts the simulator with the YAML `scenario` beside it.
  // Ends this process when that fails.
  explicit Site(std::string_view scenario);
  ~Site();

  // A file of the site's folder.
  std::string Path(const std::string& name) const { return folder_ / name; }
  // The simulator and its host:port.
  const Child& simulator() const { return *simulator_; }
  const std::string& upstream() const { return upstream_; }

  // Starts a gateway on the measured core, with the sources `cloud-control` and `service-catalog` at the simulator and
  // a budget that never binds. `listen` is YAML that `listen` has beside the address.
  std::unique_ptr<Child> StartGateway(const std::string& name, std::string_view listen = "");
  // Starts one of the bare programs on the measured core. `name` is for its files.
  std::unique_ptr<Child> StartBare(const std::string& name, std::vector<std::string> command, bool talks = false);
  // Where a program of that name serves gRPC, once it does.
  std::string AddressOf(Child& child, const std::string& name) const;

 private:
  const std::filesystem::path folder_;
  std::unique_ptr<Child> simulator_;
  std::string upstream_;
};

}  // namespace taskgateway::bench
