// Reading logs, over real sockets. Schedules and cuts are tested on virtual time (tests/unit/tasks).
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"
#include "tools/simulator/log_text.h"

namespace taskgateway::e2e {
namespace {

using grpc::StatusCode;

// What a reader has put together, entry by entry.
struct Log {
  std::map<int, std::string> entries;
  std::string token;
  bool ended = false;

  // Notes a chunk; false when it does not go on where the one before ended.
  bool Add(const v1::ReadTaskLogsResponse& chunk) {
    if (!chunk.resume_token().empty()) token = chunk.resume_token();
    ended |= chunk.end_of_log();
    if (chunk.content().empty()) return true;
    std::string& entry = entries[chunk.entry_index()];
    if (static_cast<std::int64_t>(entry.size()) != chunk.offset()) return false;
    entry += chunk.content();
    return true;
  }
};

class ReadTaskLogsTest : public GatewayTest {
 protected:
  // Reads until the stream ends, or until `stop` says so after a chunk.
  template <typename Stop>
  grpc::Status Read(const v1::ReadTaskLogsRequest& request, Log* log, Stop stop) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(base::SystemClock().Now() + absl::Seconds(60)));
    const auto reader = stub().ReadTaskLogs(&context, request);
    v1::ReadTaskLogsResponse chunk;
    while (reader->Read(&chunk)) {
      EXPECT_LE(chunk.content().size(), std::size_t{64} << 10);
      EXPECT_TRUE(log->Add(chunk)) << chunk.entry_index() << ":" << chunk.offset();
      if (stop()) context.TryCancel();
    }
    return reader->Finish();
  }
  grpc::Status Read(const v1::ReadTaskLogsRequest& request, Log* log) {
    return Read(request, log, [] { return false; });
  }
  static v1::ReadTaskLogsRequest Request(const std::string& name, bool follow = false) {
    v1::ReadTaskLogsRequest request;
    request.set_name(name);
    request.set_follow(follow);
    return request;
  }
  static void ExpectWhole(const Log& log, int entries, std::uint64_t bytes) {
    ASSERT_EQ(log.entries.size(), static_cast<std::size_t>(entries));
    for (const auto& [index, text] : log.entries) {
      EXPECT_TRUE(text == simulator::PlainLog({.entry = index, .bytes = bytes})) << index;
    }
  }
};

TEST_F(ReadTaskLogsTest, TheLogOfADoneTaskIsReadToItsEnd) {
  StartGateway();
  Play("tasks: [{api: service_catalog, id: t, steps: [{status: Succeeded}], log: {entries: 2, end_bytes: 2MiB}}]");
  Log log;
  const grpc::Status status = Read(Request("sources/sc/tasks/t"), &log);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(log.ended);
  ExpectWhole(log, 2, 1 << 20);
}

TEST_F(ReadTaskLogsTest, ManyFollowersGetEveryByteOnceAcrossACut) {
  StartGateway();
  Play(R"(
tasks:
- {api: service_catalog, id: t, steps: [{status: InProgress}, {at_request: 3, status: Succeeded}],
   log: {entries: 1, end_bytes: 6MiB, over_requests: 3}}
)");
  constexpr int kReaders = 20;
  std::vector<Log> logs(kReaders);
  std::vector<std::thread> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([this, i, &log = logs[static_cast<std::size_t>(i)]] {
      // Half of them are cut somewhere in the first megabyte.
      const std::size_t cut = i % 2 == 0 ? 0 : static_cast<std::size_t>(i) * 50'000;
      if (cut > 0) Read(Request("sources/sc/tasks/t", true), &log, [&] { return log.entries[0].size() > cut; });
      v1::ReadTaskLogsRequest request = Request(i % 3 == 0 ? "sources/-/tasks/t" : "sources/sc/tasks/t", true);
      request.set_resume_token(log.token);
      const grpc::Status status = Read(request, &log);
      EXPECT_TRUE(status.ok()) << status.error_message();
    });
  }
  for (std::thread& reader : readers) reader.join();
  for (const Log& log : logs) {
    EXPECT_TRUE(log.ended);
    ExpectWhole(log, 1, 6 << 20);
  }
  EXPECT_LE(Reads(simulator::Api::kServiceCatalog), 5u);
}

TEST_F(ReadTaskLogsTest, ATailBeginsNearTheEnd) {
  StartGateway();
  Play("tasks: [{api: service_catalog, id: t, steps: [{status: Succeeded}], log: {entries: 1, end_bytes: 100KiB}}]");
  v1::ReadTaskLogsRequest request = Request("sources/sc/tasks/t");
  request.set_tail_bytes(1000);
  grpc::ClientContext context;
  const auto reader = stub().ReadTaskLogs(&context, request);
  v1::ReadTaskLogsResponse chunk;
  ASSERT_TRUE(reader->Read(&chunk));
  const std::string whole = simulator::PlainLog({.entry = 0, .bytes = 100 << 10});
  EXPECT_GE(chunk.offset(), static_cast<std::int64_t>(whole.size()) - 1000);
  EXPECT_EQ(chunk.content(), whole.substr(static_cast<std::size_t>(chunk.offset())));
  context.TryCancel();
  while (reader->Read(&chunk)) {
  }
  reader->Finish();
}

TEST_F(ReadTaskLogsTest, WhatCannotBeReadIsRefusedWithTheReason) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: c, steps: [{status: Running}]}]");
  Log log;
  grpc::Status status = Read(Request("sources/cc/tasks/c"), &log);
  EXPECT_EQ(status.error_code(), StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(ReasonOf(status), "LOGS_UNSUPPORTED_BY_SOURCE");
  status = Read(Request("sources/sc/provisionedProducts/pp/tasks/latest"), &log);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << "a log belongs to one task";
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(status).field_violations(0).field(), "name");
  status = Read(Request("sources/sc/tasks/none", true), &log);
  EXPECT_EQ(ReasonOf(status), "TASK_NOT_FOUND");
  v1::ReadTaskLogsRequest request = Request("sources/sc/tasks/t");
  request.set_tail_bytes(-1);
  EXPECT_EQ(Read(request, &log).error_code(), StatusCode::INVALID_ARGUMENT);
  request.set_tail_bytes(0);
  request.set_resume_token("nonsense");
  status = Read(request, &log);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailOf<google::rpc::BadRequest>(status).field_violations(0).field(), "resume_token");
}

TEST_F(ReadTaskLogsTest, ALogThatDoesNotFitIsRefused) {
  StartGateway("{log_buffer_bytes: 1048576}");
  Play("tasks: [{api: service_catalog, id: t, steps: [{status: InProgress}], log: {entries: 1, end_bytes: 4MiB}}]");
  Log log;
  const grpc::Status status = Read(Request("sources/sc/tasks/t", true), &log);
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "LOG_BUFFER_FULL");
}

}  // namespace
}  // namespace taskgateway::e2e
