#include "tests/bench/fleet.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace taskgateway::bench {
namespace {

constexpr int kTasks = 1000;
// What is measured has a core for itself; what it talks with shares the other one.
constexpr int kMeasuredCore = 0;
constexpr int kOtherCore = 1;
constexpr char kBinaries[] = TASKGATEWAY_BINARY_DIR;

absl::Duration OwnCpuTime() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

}  // namespace

std::filesystem::path NewFolder() {
  std::string path = std::filesystem::temp_directory_path() / "taskgateway-bench-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    std::cerr << "bench: cannot create " << path << "\n";
    std::exit(1);
  }
  return path;
}

std::string GatewayConfig(const std::string& upstream) {
  return absl::StrCat(
      "listen: {address: \"127.0.0.1:0\"}\n"
      "accounts:\n"
      "- name: bench\n"
      "  credentials: {static: {access_key_id: simulator, access_key_secret: simulator-secret}}\n"
      "sources:\n"
      "- name: cloud-control\n"
      "  kind: cloud_control\n"
      "  account: bench\n"
      "  endpoint: \"http://",
      upstream,
      "\"\n"
      "  budgets: [{operation: GetTask, requests_per_second: 100000, burst: 100000}]\n"
      "- {name: service-catalog, kind: service_catalog, account: bench, endpoint: \"http://",
      upstream, "\"}\n");
}

Fleet::Fleet(std::size_t outstanding) : outstanding_(outstanding), folder_(NewFolder()) {
  StayOn(kOtherCore);
  std::ofstream scenario(Path("scenario.yaml"));
  scenario << "tasks:\n";
  for (int i = 0; i < kTasks; ++i) {
    task_ids_.push_back(absl::StrFormat("task-433aead756057fff8189a7c%04d", i));
    scenario << "- {api: cloud_control, id: " << task_ids_.back() << ", steps: [{status: Running}]}\n"
             << "- {api: cloud_control, id: " << task_ids_.back() << "-done, steps: [{status: Succeeded}]}\n";
  }
  scenario.close();
  simulator_ =
      std::make_unique<Child>(std::vector<std::string>{absl::StrCat(kBinaries, "/tasksim"), "--scenario",
                                                       Path("scenario.yaml"), "--ports-file", Path("simulator.json")},
                              kOtherCore, Path("simulator.log"));
  upstream_ = absl::StrCat("127.0.0.1:", simulator_->AwaitPort(Path("simulator.json"), "http"));
  StartGateway();
  const auto echo = [this](const std::string& kind) {
    const std::vector<std::string> command = {absl::StrCat(kBinaries, "/bench/bare_echo"), kind, Path(kind + ".json")};
    return std::make_unique<Child>(command, kMeasuredCore, Path(kind + ".log"));
  };
  raw_echo_ = echo("raw");
  typed_echo_ = echo("typed");
  get_ = std::make_unique<Child>(std::vector<std::string>{absl::StrCat(kBinaries, "/bench/bare_get"), upstream_,
                                                          task_ids_.front(), absl::StrCat(outstanding_)},
                                 kMeasuredCore, Path("get.log"), /*talks=*/true);

  std::vector<std::string> running;
  std::vector<std::string> done;
  for (const std::string& id : task_ids_) {
    running.push_back(absl::StrCat("sources/cloud-control/tasks/", id));
    done.push_back(absl::StrCat(running.back(), "-done"));
  }
  const auto address = [](int port) { return absl::StrCat("127.0.0.1:", port); };
  const std::string gateway = address(gateway_->AwaitPort(Path("gateway.json"), "grpc"));
  const std::string raw = address(raw_echo_->AwaitPort(Path("raw.json"), "grpc"));
  const std::string typed = address(typed_echo_->AwaitPort(Path("typed.json"), "grpc"));
  // Only now: gRPC starts threads, and a process with threads had better not fork.
  const auto client = [this](const std::string& server, const std::vector<std::string>& names, Freshness freshness) {
    return std::make_unique<LoadClient>(server, names, freshness, outstanding_);
  };
  uncached_client_ = client(gateway, running, Freshness::kUncached);
  cached_client_ = client(gateway, done, Freshness::kCached);
  raw_echo_client_ = client(raw, running, Freshness::kCached);
  typed_echo_client_ = client(typed, running, Freshness::kCached);
}

Fleet::~Fleet() {
  for (auto* child : {&get_, &typed_echo_, &raw_echo_, &gateway_, &simulator_}) child->reset();
  std::filesystem::remove_all(folder_);
}

void Fleet::StartGateway() {
  std::ofstream(Path("gateway.yaml")) << GatewayConfig(upstream_);
  gateway_ =
      std::make_unique<Child>(std::vector<std::string>{absl::StrCat(kBinaries, "/taskgateway"), "--config",
                                                       Path("gateway.yaml"), "--ports-file", Path("gateway.json")},
                              kMeasuredCore, Path("gateway.log"));
}

Window Fleet::Measure(Side side, absl::Duration time) {
  const Child* const child = &ChildOf(side);
  child->Settle();
  simulator_->Settle();
  const absl::Duration idle = IdleTime();
  const absl::Time begin = absl::Now();
  const absl::Duration ours = CpuTime();
  const absl::Duration cpu = child->CpuTime();
  const absl::Duration simulator = simulator_->CpuTime();
  absl::Duration signing;
  const Load load = Run(side, time, &signing);
  child->Settle();
  simulator_->Settle();
  if (load.failed > 0 || load.calls == 0) {
    std::cerr << "bench: " << load.failed << " of " << load.calls << " calls failed: " << load.failure << "\n";
    std::exit(1);
  }
  const auto calls = static_cast<double>(load.calls);
  const auto cores = static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
  return {.cpu_us = absl::ToDoubleMicroseconds(child->CpuTime() - cpu - signing) / calls,
          .calls_per_second = calls / absl::ToDoubleSeconds(load.elapsed),
          .p99_us = absl::ToDoubleMicroseconds(load.p99),
          .simulator_us = absl::ToDoubleMicroseconds(simulator_->CpuTime() - simulator) / calls,
          .foreign_cores = cores - absl::FDivDuration(IdleTime() - idle + CpuTime() - ours, absl::Now() - begin)};
}

const Child& Fleet::ChildOf(Side side) const {
  switch (side) {
    case Side::kUncached:
    case Side::kCached:
      return *gateway_;
    case Side::kRawEcho:
      return *raw_echo_;
    case Side::kTypedEcho:
      return *typed_echo_;
    case Side::kGet:
      break;
  }
  return *get_;
}

LoadClient* Fleet::ClientOf(Side side) const {
  switch (side) {
    case Side::kUncached:
      return uncached_client_.get();
    case Side::kCached:
      return cached_client_.get();
    case Side::kRawEcho:
      return raw_echo_client_.get();
    case Side::kTypedEcho:
      return typed_echo_client_.get();
    case Side::kGet:
      break;
  }
  return nullptr;
}

Load Fleet::Run(Side side, absl::Duration time, absl::Duration* signing) {
  if (LoadClient* const client = ClientOf(side)) return client->Run(time);
  Load load;
  std::int64_t nanoseconds = 0;
  const absl::Time begin = absl::Now();
  std::istringstream(get_->Ask(absl::StrCat(absl::ToInt64Milliseconds(time)))) >> load.calls >> load.failed >>
      nanoseconds;
  load.elapsed = absl::Now() - begin;
  load.failure = "see the simulator's ledger";
  *signing = absl::Nanoseconds(nanoseconds);
  return load;
}

// Of this process and all its children.
absl::Duration Fleet::CpuTime() const {
  return OwnCpuTime() + simulator_->CpuTime() + gateway_->CpuTime() + raw_echo_->CpuTime() + typed_echo_->CpuTime() +
         get_->CpuTime();
}

}  // namespace taskgateway::bench
