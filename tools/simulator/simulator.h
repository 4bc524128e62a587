// Both upstream APIs on loopback, for tests and demonstrations.
//
//   Simulator simulator({});
//   absl::Status started = simulator.Start();
//   simulator.Apply("tasks: [{api: cloud_control, id: task-1, steps: [{status: Running}, {at_request: 3, status:
//   Succeeded}]}]"); … talk to http://127.0.0.1:{simulator.http_port()} with the key `simulator` / `simulator-secret` …
//   EXPECT_EQ(simulator.Requests(Api::kCloudControl, "GetTask"), 3);
//
// It verifies signatures, dates and nonces as the vendor does. What a scenario can say: scenario.h, task_script.h,
// fault.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "tools/simulator/fault.h"
#include "tools/simulator/ledger.h"
#include "tools/simulator/scenario.h"
#include "tools/simulator/signature_check.h"
#include "tools/simulator/task_script.h"

namespace taskgateway::simulator {

// The access key that a simulator knows unless it is given others.
inline constexpr std::string_view kDefaultAccessKeyId = "simulator";
inline constexpr std::string_view kDefaultAccessKeySecret = "simulator-secret";

class Simulator {
 public:
  struct Options {
    // The IP address to listen on. Other machines reach any but a loopback one, and its control endpoint too.
    std::string address = "127.0.0.1";
    // 0: any free port.
    std::uint16_t http_port = 0;
    std::uint16_t https_port = 0;
    // Empty: the default key.
    std::vector<AccessKey> access_keys = {};
    // Ledger entries that are kept; counts are of all.
    std::size_t ledger_capacity = 10'000;
    // Where time comes from; it outlives the simulator. A null pointer: the machine's.
    const base::Clock* clock = nullptr;
  };

  explicit Simulator(Options options);
  // Stops.
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  // Listens, plain and TLS, and serves from a thread of its own. Once. Errors: INVALID_ARGUMENT for an address that is
  // none, UNAVAILABLE when a port is taken, INTERNAL.
  absl::Status Start();
  // Closes every connection and ends the thread. The ledger stays readable. Harmless when it is not running.
  void Stop();

  // After Start:
  std::uint16_t http_port() const;
  std::uint16_t https_port() const;
  // The certificate of the TLS port: clients trust exactly this one.
  const std::string& certificate_pem() const;

  // All that follows may be called from any thread but the simulator's own, before, while and after it runs.

  // Adds everything that a scenario says. Errors: INVALID_ARGUMENT that names the field and the remedy; then nothing
  // was added.
  absl::Status Apply(std::string_view scenario_yaml);
  void Apply(Scenario scenario);

  void AddTask(TaskScript script);
  void RemoveTask(const std::string& id);
  void AddAccessKey(AccessKey key);
  void AddFault(FaultRule rule);
  void ClearFaults();
  // Moves the calendar that dates are checked against and that the Date header shows.
  void SetClockOffset(absl::Duration offset);

  std::vector<LedgerEntry> Ledger() const;
  // How often an operation was asked for since the start or ClearLedger.
  std::uint64_t Requests(Api api, const std::string& action) const;
  void ClearLedger();

 private:
  class Server;

  std::unique_ptr<Server> server_;
};

}  // namespace taskgateway::simulator
