// tasksim: both upstream APIs on loopback.
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tools/simulator/demo_scenario.h"
#include "tools/simulator/simulator.h"

namespace taskgateway::simulator {
namespace {

constexpr int kExitUsage = 64;

struct Flags {
  std::string address = "127.0.0.1";
  std::uint16_t http_port = 0;
  std::uint16_t https_port = 0;
  std::string scenario;
  std::vector<std::string> access_keys;
  std::string ca_out;
  std::string ports_file;
};

// Readers see the whole file or none.
bool WriteFile(const std::string& path, const std::string& text) {
  const std::string next = path + ".next";
  {
    std::ofstream file(next, std::ios::binary | std::ios::trunc);
    file << text;
    if (!file.flush()) return false;
  }
  std::error_code error;
  std::filesystem::rename(next, path, error);
  return !error;
}

int Fail(const absl::Status& status) {
  std::cerr << "tasksim: " << status.message() << "\n";
  return status.code() == absl::StatusCode::kUnavailable || status.code() == absl::StatusCode::kInternal ? 1 : 2;
}

void List(const Scenario& scenario) {
  for (const TaskScript& task : scenario.tasks) {
    std::cout << WordOf(task.api) << "  " << task.id << "  " << task.steps.front().status;
    for (std::size_t i = 1; i < task.steps.size(); ++i) std::cout << " -> " << task.steps[i].status;
    std::cout << "\n";
  }
}

int Run(const Flags& flags) {
  Simulator::Options options{.address = flags.address, .http_port = flags.http_port, .https_port = flags.https_port};
  for (const std::string& text : flags.access_keys) {
    absl::StatusOr<AccessKey> key = ParseAccessKey(text);
    if (!key.ok()) return Fail(key.status());
    options.access_keys.push_back(*std::move(key));
  }
  absl::StatusOr<Scenario> scenario =
      flags.scenario.empty() ? ParseScenario(DemoScenario()) : LoadScenario(flags.scenario);
  if (!scenario.ok()) return Fail(scenario.status());

  // Blocked before any thread starts, so that only sigwait below receives them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  Simulator simulator(std::move(options));
  simulator.Apply(*scenario);
  if (absl::Status status = simulator.Start(); !status.ok()) return Fail(status);
  if (!flags.ca_out.empty() && !WriteFile(flags.ca_out, simulator.certificate_pem())) {
    return Fail(absl::NotFoundError(absl::StrCat("cannot write --ca-out ", flags.ca_out)));
  }
  const std::string host =
      absl::StrContains(flags.address, ':') ? absl::StrCat("[", flags.address, "]") : flags.address;
  std::cout << "http://" << host << ":" << simulator.http_port() << "\n"
            << "https://" << host << ":" << simulator.https_port() << "\n";
  List(*scenario);
  std::cout.flush();
  const std::string ports =
      absl::StrCat("{\"http\":", simulator.http_port(), ",\"https\":", simulator.https_port(), "}\n");
  if (!flags.ports_file.empty() && !WriteFile(flags.ports_file, ports)) {
    return Fail(absl::NotFoundError(absl::StrCat("cannot write --ports-file ", flags.ports_file)));
  }
  int signal = 0;
  sigwait(&ends, &signal);
  simulator.Stop();
  return 0;
}

}  // namespace
}  // namespace taskgateway::simulator

int main(int argc, char** argv) {
  using taskgateway::simulator::Flags;
  CLI::App app(
      "Plays Cloud Control and Service Catalog on loopback, with signatures verified, until SIGINT or SIGTERM.",
      "tasksim");
  Flags flags;
  app.add_option("--address", flags.address, "IP address to listen on; whoever reaches it reads and changes everything")
      ->capture_default_str();
  app.add_option("--http-port", flags.http_port, "Plain port; also has the control endpoint /_simulator/")
      ->capture_default_str();
  app.add_option("--https-port", flags.https_port, "TLS port; 0 takes a free one")->capture_default_str();
  app.add_option("--scenario", flags.scenario, "YAML file to play; without it a demonstration");
  app.add_option("--access-key", flags.access_keys,
                 "ID:SECRET or ID:SECRET:TOKEN, repeatable; without it simulator:simulator-secret");
  app.add_option("--ca-out", flags.ca_out, "Write the TLS certificate (PEM) to this file");
  app.add_option("--ports-file", flags.ports_file,
                 "Write {\"http\":port,\"https\":port} to this file when it is ready");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : taskgateway::simulator::kExitUsage;
  }
  return taskgateway::simulator::Run(flags);
}
