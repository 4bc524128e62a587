// The drill: gateways are restarted one after the other under load, and no caller may notice.
//
//   drill                                    one round, as the tests do
//   drill --rounds 20 --callers 8            for longer
//
// Every gateway is a process of its own on loopback; the callers spread over them with gRPC's round_robin and its
// client-side health checks. Exit code 0: no call failed, no event was lost, and every gateway went by itself with exit
// code 0.
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "tests/drill/callers.h"
#include "tests/drill/gateway_process.h"
#include "tests/drill/ledger.h"
#include "tools/simulator/simulator.h"

namespace taskgateway::drill {
namespace {

struct Plan {
  int gateways = 3;
  int rounds = 1;
  int callers = 4;
  int watchers = 20;
  bool kill = false;
};

// Connections live for a second, so that a drain takes three: health checks connect again and again.
std::string Config(int upstream_port) {
  const std::string endpoint = absl::StrCat("account: drill, endpoint: \"http://127.0.0.1:", upstream_port,
                                            "\", budgets: [{operation: GetTask, requests_per_second: 100000}]");
  return absl::StrCat(
      "listen: {max_connection_age: 1s, max_connection_age_grace: 1s}\n"
      "admin: {address: \"127.0.0.1:0\"}\n"
      "drain: {settle: 500ms, limit: 3s}\n"
      "accounts:\n"
      "- {name: drill, credentials: {static: {access_key_id: simulator, access_key_secret: simulator-secret}}}\n"
      "sources:\n"
      "- {name: cc, kind: cloud_control, ",
      endpoint, "}\n");
}

// Each watcher has a task that goes on while gateways restart; they end when the scenario is told anew.
std::string Scenario(int watchers, bool over) {
  std::string scenario = "tasks:\n- {api: cloud_control, id: called, steps: [{status: Running}]}\n";
  for (int i = 0; i < watchers; ++i) {
    absl::StrAppend(
        &scenario, "- {api: cloud_control, id: watched-", i, ", steps: [",
        over ? "{status: Succeeded}" : absl::StrCat("{status: Pending}, {after: ", 1 + i, "s, status: Running}"),
        "]}\n");
  }
  return scenario;
}

std::shared_ptr<grpc::Channel> RoundRobin(const std::vector<std::unique_ptr<GatewayProcess>>& gateways) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(
      R"({"loadBalancingConfig": [{"round_robin": {}}], "healthCheckConfig": {"serviceName": "taskgateway.v1.TaskService"}})");
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  const std::string target = absl::StrCat(
      "ipv4:",
      absl::StrJoin(gateways, ",", [](std::string* out, const auto& gateway) { out->append(gateway->address()); }));
  return grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), arguments);
}

int Run(const Plan& plan) {
  std::string folder = std::filesystem::temp_directory_path() / "taskgateway-drill-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) {
    std::cerr << "drill: cannot create " << folder << "\n";
    return 1;
  }
  simulator::Simulator simulator({});
  if (!simulator.Start().ok() || !simulator.Apply(Scenario(plan.watchers, false)).ok()) {
    std::cerr << "drill: the simulator does not start\n";
    return 1;
  }
  std::ofstream(folder + "/gateway.yaml") << Config(simulator.http_port());

  Ledger ledger;
  std::vector<std::unique_ptr<GatewayProcess>> gateways;
  const auto start = [&](GatewayProcess& gateway) {
    if (!gateway.Start()) ledger.Fail(absl::StrCat("the gateway ", gateway.address(), " does not serve"));
  };
  for (int i = 0; i < plan.gateways; ++i) {
    gateways.push_back(std::make_unique<GatewayProcess>(folder + "/gateway.yaml",
                                                        absl::StrCat("127.0.0.1:", FreePort()),
                                                        absl::StrCat(folder, "/gateway-", i, ".log")));
    start(*gateways.back());
  }

  std::atomic<bool> stop = false;
  std::vector<std::thread> callers;
  std::vector<std::thread> watchers;
  for (int i = 0; i < plan.callers; ++i) {
    callers.emplace_back(
        [&, i] { (i == 0 ? Wait : Read)(RoundRobin(gateways), "sources/cc/tasks/called", stop, ledger); });
  }
  const std::shared_ptr<grpc::Channel> watched = RoundRobin(gateways);
  for (int i = 0; i < plan.watchers; ++i) {
    watchers.emplace_back([&, i] { Watch(watched, absl::StrCat("sources/cc/tasks/watched-", i), ledger); });
  }

  int restarts = 0;
  for (int round = 0; round < plan.rounds; ++round) {
    for (const auto& gateway : gateways) {
      const absl::Time begin = absl::Now();
      const std::int64_t calls = ledger.calls;
      const int code = gateway->Stop(plan.kill ? absl::ZeroDuration() : absl::Seconds(60));
      if (code != 0 && !plan.kill) {
        ledger.Fail(absl::StrCat("the gateway ", gateway->address(), " ended with ", code));
      }
      const absl::Duration took = absl::Now() - begin;
      start(*gateway);
      std::cout << absl::StreamFormat("%s went within %.1f s, meanwhile %d calls\n", gateway->address(),
                                      absl::ToDoubleSeconds(took), ledger.calls - calls)
                << std::flush;
      ++restarts;
    }
  }
  if (!simulator.Apply(Scenario(plan.watchers, true)).ok()) ledger.Fail("the tasks could not be ended");
  for (std::thread& watcher : watchers) watcher.join();
  stop = true;
  for (std::thread& caller : callers) caller.join();
  for (const auto& gateway : gateways) gateway->Stop(absl::Seconds(60));

  std::cout << absl::StreamFormat(
      "%d restarts of %d gateways: %d calls, %d watches of %d events, told to go %d times and cut %d times\n"
      "failures: %d\n",
      restarts, plan.gateways, ledger.calls.load(), plan.watchers, ledger.events.load(), ledger.told_to_go.load(),
      ledger.cut.load(), ledger.failures());
  for (const std::string& failure : ledger.first()) std::cout << "  " << failure << "\n";
  if (ledger.failures() > 0) {
    std::cout << "the gateways' logs are in " << folder << "\n";
    return 1;
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace taskgateway::drill

int main(int argc, char** argv) {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  taskgateway::drill::Plan plan;
  CLI::App app("Restarts gateways one after the other under load; no caller may notice.", "drill");
  app.add_option("--gateways", plan.gateways, "How many there are")->check(CLI::Range(2, 20))->capture_default_str();
  app.add_option("--rounds", plan.rounds, "How often each is restarted")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--callers", plan.callers, "Threads that call: the first waits, the others read")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--watchers", plan.watchers, "Tasks that are watched, a stream each")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_flag("--kill", plan.kill, "Kill gateways instead, to see that callers notice that");
  CLI11_PARSE(app, argc, argv);
  return taskgateway::drill::Run(plan);
}
