// Memory that 20 followers of one growing log of 64 MiB cost, and whether each gets every byte once across a cut.
// tests/bench/README.md tells the method.
#include <atomic>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "taskgateway/v1/task_service.grpc.pb.h"
#include "tests/bench/rounds.h"
#include "tests/bench/site.h"
#include "tools/simulator/log_text.h"

namespace taskgateway::bench {
namespace {

constexpr int kReaders = 20;
constexpr std::uint64_t kLogBytes = std::uint64_t{64} << 20;
constexpr char kTask[] = "sources/service-catalog/tasks/task-with-a-long-log";
constexpr double kMiB = 1 << 20;
constexpr double kRepliesAllowed = 2.5;
constexpr double kBytesPerReaderAllowed = kMiB;

// One follower. It is cut after a while, and resumes.
class Reader {
 public:
  Reader(std::shared_ptr<grpc::Channel> channel, std::uint64_t cut_at)
      : channel_(std::move(channel)), cut_at_(cut_at) {}

  void Run() {
    const auto stub = v1::TaskService::NewStub(channel_);
    while (!ended_ && failure_.empty()) {
      grpc::ClientContext context;
      v1::ReadTaskLogsRequest request;
      request.set_name(kTask);
      request.set_follow(true);
      request.set_resume_token(token_);
      const auto stream = stub->ReadTaskLogs(&context, request);
      v1::ReadTaskLogsResponse chunk;
      while (stream->Read(&chunk)) Add(chunk, context);
      const grpc::Status status = stream->Finish();
      if (!status.ok() && status.error_code() != grpc::StatusCode::CANCELLED) failure_ = status.error_message();
    }
  }
  bool complete() const { return ended_ && failure_.empty() && bytes_ == simulator::PlainLog({0, kLogBytes}).size(); }
  const std::string& failure() const { return failure_; }

 private:
  void Add(const v1::ReadTaskLogsResponse& chunk, grpc::ClientContext& context) {
    if (!chunk.content().empty() && static_cast<std::uint64_t>(chunk.offset()) != bytes_)
      failure_ = "a byte came twice";
    bytes_ += chunk.content().size();
    if (!chunk.resume_token().empty()) token_ = chunk.resume_token();
    ended_ |= chunk.end_of_log();
    if (cut_at_ > 0 && bytes_ >= cut_at_) {
      cut_at_ = 0;
      context.TryCancel();
    }
  }

  const std::shared_ptr<grpc::Channel> channel_;
  std::uint64_t cut_at_;
  std::uint64_t bytes_ = 0;
  std::string token_;
  std::string failure_;
  bool ended_ = false;
};

void Run() {
  Site site(
      "tasks:\n- {api: service_catalog, id: task-with-a-long-log,\n"
      "   steps: [{status: InProgress}, {at_request: 5, status: Succeeded}],\n"
      "   log: {entries: 1, end_bytes: 64MiB, over_requests: 5}}\n");
  const std::unique_ptr<Child> gateway = site.StartGateway("gateway");
  const std::string address = site.AddressOf(*gateway, "gateway");
  gateway->Settle();
  const std::int64_t idle = gateway->ResidentBytes();

  std::vector<std::unique_ptr<Reader>> readers;
  std::vector<std::thread> threads;
  for (int i = 0; i < kReaders; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
    const std::uint64_t cut_at = kLogBytes / kReaders * static_cast<std::uint64_t>(i);
    readers.push_back(std::make_unique<Reader>(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments), cut_at));
    threads.emplace_back([reader = readers.back().get()] { reader->Run(); });
  }
  for (std::thread& thread : threads) thread.join();

  int complete = 0;
  for (const auto& reader : readers) {
    complete += reader->complete();
    if (!reader->failure().empty()) std::cerr << "bench_logs: " << reader->failure() << "\n";
  }
  const double wire = static_cast<double>(simulator::EscapedLogSize({0, kLogBytes}));
  const double grown = static_cast<double>(gateway->PeakResidentBytes() - idle);
  const double allowed = kRepliesAllowed * wire + kReaders * kBytesPerReaderAllowed;
  std::cout << absl::StreamFormat(
      "%d followers of a log that grows to %d MiB (%.1f MiB on the wire), each cut once: %d got every byte once\n"
      "memory above idle, peak: **%.1f MiB**, %.2f replies; goal <= 2.5 replies + 1 MiB per reader = %.1f MiB: %s\n",
      kReaders, kLogBytes >> 20, wire / kMiB, complete, grown / kMiB, grown / wire, allowed / kMiB,
      complete == kReaders && grown <= allowed ? "holds" : "misses");
}

}  // namespace
}  // namespace taskgateway::bench

int main() {
  taskgateway::bench::PrepareProcess();
  taskgateway::bench::Run();
}
