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
#include "tests/support/test_authority.h"

namespace taskgateway::bench {
namespace {

constexpr int kTasks = 1000;

absl::Duration OwnCpuTime() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
}

std::string TaskId(int number) { return absl::StrFormat("task-433aead756057fff8189a7c%04d", number); }

std::string Scenario() {
  std::string scenario = "tasks:\n";
  for (int i = 0; i < kTasks; ++i) {
    absl::StrAppend(&scenario, "- {api: cloud_control, id: ", TaskId(i), ", steps: [{status: Running}]}\n",
                    "- {api: cloud_control, id: ", TaskId(i), "-done, steps: [{status: Succeeded}]}\n");
  }
  return scenario;
}

}  // namespace

Fleet::Fleet(std::size_t outstanding) : outstanding_(outstanding), site_(Scenario()) {
  const support::TestAuthority authority;
  const support::TestIdentity identity = authority.Issue("IP:127.0.0.1");
  std::ofstream(site_.Path("server.pem")) << identity.certificate;
  std::ofstream(site_.Path("server.key")) << identity.key;
  gateway_ = site_.StartGateway("gateway");
  tls_gateway_ = site_.StartGateway("tls", absl::StrCat("tls: {certificate_file: ", site_.Path("server.pem"),
                                                        ", key_file: ", site_.Path("server.key"), "}"));
  raw_echo_ = site_.StartBare("raw", {"bare_echo", "raw", site_.Path("raw.json")});
  typed_echo_ = site_.StartBare("typed", {"bare_echo", "typed", site_.Path("typed.json")});
  get_ = site_.StartBare("get", {"bare_get", site_.upstream(), TaskId(0), absl::StrCat(outstanding_)}, /*talks=*/true);
  relay_ =
      site_.StartBare("relay", {"bare_relay", site_.Path("relay.json"), site_.upstream(), TaskId(0)}, /*talks=*/true);

  std::vector<std::string> running;
  std::vector<std::string> done;
  for (int i = 0; i < kTasks; ++i) {
    running.push_back(absl::StrCat("sources/cloud-control/tasks/", TaskId(i)));
    done.push_back(absl::StrCat(running.back(), "-done"));
  }
  const std::string gateway = site_.AddressOf(*gateway_, "gateway");
  const std::string tls = site_.AddressOf(*tls_gateway_, "tls");
  const std::string raw = site_.AddressOf(*raw_echo_, "raw");
  const std::string typed = site_.AddressOf(*typed_echo_, "typed");
  const std::string relay = site_.AddressOf(*relay_, "relay");
  // Only now: gRPC starts threads, and a process with threads had better not fork.
  const auto client = [this](const std::string& server, const std::vector<std::string>& names, Freshness freshness,
                             const std::shared_ptr<grpc::ChannelCredentials>& credentials =
                                 grpc::InsecureChannelCredentials()) {
    return std::make_unique<LoadClient>(server, credentials, names, freshness, outstanding_);
  };
  uncached_client_ = client(gateway, running, Freshness::kUncached);
  cached_client_ = client(gateway, done, Freshness::kCached);
  tls_client_ =
      client(tls, done, Freshness::kCached,
             grpc::SslCredentials({.pem_root_certs = authority.pem(), .pem_private_key = "", .pem_cert_chain = ""}));
  raw_echo_client_ = client(raw, running, Freshness::kCached);
  typed_echo_client_ = client(typed, running, Freshness::kCached);
  relay_client_ = client(relay, running, Freshness::kCached);
}

Fleet::~Fleet() = default;

Window Fleet::Measure(Side side, absl::Duration time) {
  const Child* const child = &ChildOf(side);
  child->Settle();
  site_.simulator().Settle();
  const absl::Duration idle = IdleTime();
  const absl::Time begin = absl::Now();
  const absl::Duration ours = CpuTime();
  const absl::Duration cpu = child->CpuTime();
  const absl::Duration simulator = site_.simulator().CpuTime();
  absl::Duration signing;
  const Load load = Run(side, time, &signing);
  child->Settle();
  site_.simulator().Settle();
  if (load.failed > 0 || load.calls == 0) {
    std::cerr << "bench: " << load.failed << " of " << load.calls << " calls failed: " << load.failure << "\n";
    std::exit(1);
  }
  const auto calls = static_cast<double>(load.calls);
  const auto cores = static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
  return {.cpu_us = absl::ToDoubleMicroseconds(child->CpuTime() - cpu - signing) / calls,
          .calls_per_second = calls / absl::ToDoubleSeconds(load.elapsed),
          .p99_us = absl::ToDoubleMicroseconds(load.p99),
          .simulator_us = absl::ToDoubleMicroseconds(site_.simulator().CpuTime() - simulator) / calls,
          .foreign_cores = cores - absl::FDivDuration(IdleTime() - idle + CpuTime() - ours, absl::Now() - begin)};
}

const Child& Fleet::ChildOf(Side side) const {
  switch (side) {
    case Side::kUncached:
    case Side::kCached:
      return *gateway_;
    case Side::kCachedTls:
      return *tls_gateway_;
    case Side::kRawEcho:
      return *raw_echo_;
    case Side::kTypedEcho:
      return *typed_echo_;
    case Side::kRelay:
      return *relay_;
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
    case Side::kCachedTls:
      return tls_client_.get();
    case Side::kRawEcho:
      return raw_echo_client_.get();
    case Side::kTypedEcho:
      return typed_echo_client_.get();
    case Side::kRelay:
      return relay_client_.get();
    case Side::kGet:
      break;
  }
  return nullptr;
}

Load Fleet::Run(Side side, absl::Duration time, absl::Duration* signing) {
  LoadClient* const client = ClientOf(side);
  if (client == nullptr) return RunGet(time, signing);
  const absl::Duration signed_before = side == Side::kRelay ? SigningTimeOfRelay() : absl::ZeroDuration();
  Load load = client->Run(time);
  if (side == Side::kRelay) *signing = SigningTimeOfRelay() - signed_before;
  return load;
}

Load Fleet::RunGet(absl::Duration time, absl::Duration* signing) {
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

absl::Duration Fleet::SigningTimeOfRelay() {
  std::int64_t nanoseconds = 0;
  std::istringstream(relay_->Ask("signing")) >> nanoseconds;
  return absl::Nanoseconds(nanoseconds);
}

// Of this process and all its children.
absl::Duration Fleet::CpuTime() const {
  return OwnCpuTime() + site_.simulator().CpuTime() + gateway_->CpuTime() + tls_gateway_->CpuTime() +
         raw_echo_->CpuTime() + typed_echo_->CpuTime() + get_->CpuTime() + relay_->CpuTime();
}

}  // namespace taskgateway::bench
