// The gateway's metrics against what its callers and the simulator have counted themselves.
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/rpc/call_metrics.h"
#include "gateway/server/metric_catalogue.h"
#include "gmock/gmock.h"
#include "google/longrunning/operations.grpc.pb.h"
#include "gtest/gtest.h"
#include "tests/e2e/byte_client.h"
#include "tests/e2e/gateway_fixture.h"
#include "tests/e2e/scrape.h"

namespace taskgateway::e2e {
namespace {

namespace lro = google::longrunning;
using simulator::Api;
using testing::HasSubstr;
using testing::Not;

constexpr char kTasks[] = R"(tasks:
- {api: cloud_control, id: done, steps: [{status: Succeeded}]}
- {api: cloud_control, id: running, steps: [{status: Running}]}
- {api: service_catalog, id: logged, steps: [{status: Succeeded}], log: {entries: 2, end_bytes: 2KiB}}
)";

// Calls by "method code", as the caller saw them.
using Ledger = std::map<std::string, double>;

// One caller: calls of every kind in random order, each noted.
class Caller {
 public:
  Caller(const std::shared_ptr<grpc::Channel>& channel, unsigned seed)
      : channel_(channel),
        tasks_(v1::TaskService::NewStub(channel)),
        operations_(lro::Operations::NewStub(channel)),
        random_(seed) {}

  void Call() {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(2));
    switch (random_() % 16) {
      case 0:
      case 1:
        return Get(&context, "sources/cc/tasks/done");
      case 2:
        return Get(&context, "sources/cc/tasks/nowhere");
      case 3:
        return Get(&context, "sources/cc/tasks/a b");
      case 4:
        return Get(&context, "sources/nobody/tasks/t");
      case 5:
        return Get(&context, "sources/cc-denied/tasks/t");
      case 6:
        return Malformed();
      case 7:
        return Wait(&context);
      case 8:
        return Watch(&context, "sources/cc/tasks/done", false);
      case 9:
        return Watch(&context, "sources/cc/tasks/running", true);
      case 10:
        return ReadLogs(&context);
      case 11:
        return Batch(&context);
      case 12:
        return List(&context);
      case 13:
        return Cancel(&context);
      case 14:
        return Operation(&context);
      default:
        return Unknown();
    }
  }
  const Ledger& ledger() const { return ledger_; }

 private:
  void Note(const std::string& method, const grpc::Status& status) {
    ++ledger_[absl::StrCat(method, " ", std::string(rpc::CodeWord(status.error_code())))];
  }
  void Get(grpc::ClientContext* context, const std::string& name) {
    v1::GetTaskRequest request;
    request.set_name(name);
    v1::Task task;
    Note("GetTask", tasks_->GetTask(context, request, &task));
  }
  void Malformed() {
    static constexpr const char* kRaw[] = {"GetTask", "WaitTask", "WatchTasks", "ReadTaskLogs"};
    const std::string method = kRaw[random_() % 4];
    std::string response;
    Note(method, CallWithBytes(channel_, "/taskgateway.v1.TaskService/" + method, "\x0a\xff\xff", &response));
  }
  void Wait(grpc::ClientContext* context) {
    v1::WaitTaskRequest request;
    request.set_name("sources/cc/tasks/running");
    request.mutable_timeout()->set_nanos(1'000'000);
    v1::WaitTaskResponse response;
    Note("WaitTask", tasks_->WaitTask(context, request, &response));
  }
  // `leave`: goes away after the first event.
  void Watch(grpc::ClientContext* context, const std::string& name, bool leave) {
    v1::WatchTasksRequest request;
    request.add_targets()->set_name(name);
    const auto stream = tasks_->WatchTasks(context, request);
    v1::WatchTasksResponse event;
    while (stream->Read(&event)) {
      if (leave) context->TryCancel();
    }
    Note("WatchTasks", stream->Finish());
  }
  void ReadLogs(grpc::ClientContext* context) {
    v1::ReadTaskLogsRequest request;
    request.set_name("sources/sc/tasks/logged");
    const auto stream = tasks_->ReadTaskLogs(context, request);
    v1::ReadTaskLogsResponse chunk;
    while (stream->Read(&chunk)) {
    }
    Note("ReadTaskLogs", stream->Finish());
  }
  void Batch(grpc::ClientContext* context) {
    v1::BatchGetTasksRequest request;
    if (random_() % 2 == 0) {
      request.add_names("sources/cc/tasks/done");
      request.add_names("sources/cc/tasks/nowhere");
      request.set_return_partial_success(true);
    }
    v1::BatchGetTasksResponse response;
    Note("BatchGetTasks", tasks_->BatchGetTasks(context, request, &response));
  }
  void List(grpc::ClientContext* context) {
    if (random_() % 2 == 0) {
      v1::ListSourcesResponse response;
      return Note("ListSources", tasks_->ListSources(context, {}, &response));
    }
    v1::ListTasksRequest request;
    request.set_parent("sources/cc");
    request.set_provisioned_product_id("pp");
    v1::ListTasksResponse response;
    Note("ListTasks", tasks_->ListTasks(context, request, &response));
  }
  void Cancel(grpc::ClientContext* context) {
    v1::CancelTaskRequest request;
    request.set_name(random_() % 2 == 0 ? "sources/cc/tasks/done" : "sources/sc/tasks/logged");
    v1::Task task;
    Note("CancelTask", tasks_->CancelTask(context, request, &task));
  }
  void Operation(grpc::ClientContext* context) {
    lro::Operation operation;
    google::protobuf::Empty nothing;
    if (random_() % 3 == 0) {
      lro::DeleteOperationRequest request;
      request.set_name("sources/cc/operations/done");
      return Note("DeleteOperation", operations_->DeleteOperation(context, request, &nothing));
    }
    if (random_() % 2 == 0) {
      lro::CancelOperationRequest request;
      request.set_name("sources/cc/operations/done");
      return Note("CancelOperation", operations_->CancelOperation(context, request, &nothing));
    }
    lro::GetOperationRequest request;
    request.set_name(random_() % 2 == 0 ? "sources/cc/operations/done" : "sources/cc/operations/nowhere");
    Note("GetOperation", operations_->GetOperation(context, request, &operation));
  }
  // Nothing of ours: it must leave no trace.
  void Unknown() {
    const std::string method = absl::StrCat("/taskgateway.v1.TaskService/Made", random_() % 1000, "Up");
    EXPECT_EQ(CallEmpty(channel_, method).error_code(), grpc::StatusCode::UNIMPLEMENTED);
  }

  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::TaskService::Stub> tasks_;
  const std::unique_ptr<lro::Operations::Stub> operations_;
  std::mt19937 random_;
  Ledger ledger_;
};

class MetricsTest : public GatewayTest {
 protected:
  Scrape Metrics() { return Scrape(Admin("/metrics").body); }

  // What the gateway says its callers saw: what has ended, without zeros.
  Ledger Handled() {
    Ledger ledger;
    const Scrape scrape = Metrics();
    for (std::size_t i = 0; i < rpc::kMethods; ++i) {
      const rpc::MethodName& name = rpc::NameOf(static_cast<rpc::Method>(i));
      const std::string labels =
          absl::StrCat("{grpc_type=\"", std::string(name.type), "\",grpc_service=\"", std::string(name.service),
                       "\",grpc_method=\"", std::string(name.method), "\"");
      double handled = 0;
      for (std::size_t code = 0; code < rpc::kCodes; ++code) {
        const std::string word(rpc::CodeWord(static_cast<grpc::StatusCode>(code)));
        const double count = scrape.Of(absl::StrCat("grpc_server_handled_total", labels, ",grpc_code=\"", word, "\"}"));
        if (count != 0) ledger[absl::StrCat(std::string(name.method), " ", word)] = count;
        handled += count;
      }
      EXPECT_EQ(scrape.Of(absl::StrCat("grpc_server_handling_seconds_count", labels, "}")), handled) << labels;
      // Of calls that have begun, all have ended or will.
      EXPECT_GE(scrape.Of(absl::StrCat("grpc_server_started_total", labels, "}")), handled) << labels;
    }
    return ledger;
  }
};

// A slowed down build makes fewer. TASKGATEWAY_LEDGER_CALLS for another number.
int LedgerCalls() {
#ifdef TASKGATEWAY_SANITIZED
  int calls = 1'000;
#else
  int calls = 100'000;
#endif
  const char* wanted = std::getenv("TASKGATEWAY_LEDGER_CALLS");
  EXPECT_TRUE(wanted == nullptr || absl::SimpleAtoi(wanted, &calls));
  return calls;
}

TEST_F(MetricsTest, TheyEqualWhatTheCallersAndTheUpstreamHaveCounted) {
  StartGateway();
  Play(kTasks);
  constexpr int kCallers = 4;
  // Known to be done, so that cancelling asks nobody.
  v1::Task task;
  ASSERT_TRUE(Get("sources/cc/tasks/done", &task).ok());
  ASSERT_TRUE(Get("sources/sc/tasks/logged", &task).ok());
  std::vector<std::unique_ptr<Caller>> callers;
  std::vector<std::thread> threads;
  for (int i = 0; i < kCallers; ++i) callers.push_back(std::make_unique<Caller>(channel(), i));
  for (const auto& caller : callers) {
    threads.emplace_back([&caller, calls = LedgerCalls() / kCallers] {
      for (int i = 0; i < calls; ++i) caller->Call();
    });
  }
  for (std::thread& thread : threads) thread.join();
  Ledger seen = {{"GetTask OK", 2}};
  for (const auto& caller : callers) {
    for (const auto& [call, count] : caller->ledger()) seen[call] += count;
  }
  // That a watcher has left, the gateway hears a moment later.
  const bool all_ended = Eventually([&] {
    const Scrape scrape = Metrics();
    return scrape.Sum("grpc_server_started_total") == scrape.Sum("grpc_server_handled_total");
  });
  EXPECT_TRUE(all_ended);
  EXPECT_EQ(Handled(), seen);
  const Scrape scrape = Metrics();
  EXPECT_EQ(scrape.Sum("grpc_server_started_total"), scrape.Sum("grpc_server_handled_total"));
  EXPECT_EQ(scrape.Of("taskgateway_watches"), 0);
  EXPECT_EQ(scrape.Of("taskgateway_waits"), 0);
  EXPECT_EQ(scrape.Of("taskgateway_log_readers"), 0);
  EXPECT_GT(scrape.Of("taskgateway_log_bytes_total"), 0);
  // Polls of the running task may go on between the two.
  EXPECT_TRUE(Eventually([&] {
    return Metrics().Sum("taskgateway_upstream_attempts_total", {"source=\"cc", "operation=\"GetTask\""}) ==
           static_cast<double>(Reads(Api::kCloudControl));
  }));
}

TEST_F(MetricsTest, EachReadIsCountedByWhatTheCacheHad) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}, {at_request: 2, status: Succeeded}]}]");
  // Get accepts nothing that the cache may have, but for a task that is done.
  v1::Task task;
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Get("sources/cc/tasks/t", &task).ok());
  const Scrape scrape = Metrics();
  EXPECT_EQ(scrape.Of("taskgateway_cache_reads_total{outcome=\"miss\"}"), 1);
  EXPECT_EQ(scrape.Of("taskgateway_cache_reads_total{outcome=\"stale\"}"), 1);
  EXPECT_EQ(scrape.Of("taskgateway_cache_reads_total{outcome=\"hit\"}"), 2);
}

TEST_F(MetricsTest, HostileNamesCreateNoSeries) {
  StartGateway();
  Play(kTasks);
  const std::size_t before = Metrics().values().size();
  for (int i = 0; i < 200; ++i) {
    v1::Task task;
    Get(absl::StrCat("sources/cc/tasks/made-up-", i), &task);
    Get(absl::StrCat("sources/made-up-", i, "/tasks/t"), &task);
    Get(std::string(100, '{') + "\"\n} 1", &task);
    CallEmpty(channel(), absl::StrCat("/taskgateway.v1.TaskService/MadeUp", i));
    CallEmpty(channel(), absl::StrCat("/made.up.Service", i, "/GetTask"));
  }
  const std::string text = Admin("/metrics").body;
  EXPECT_EQ(Scrape(text).values().size(), before);
  EXPECT_THAT(text, Not(HasSubstr("made")));
  EXPECT_THAT(text, Not(HasSubstr("MadeUp")));
}

TEST_F(MetricsTest, EveryMetricOfTheCatalogueIsThere) {
  StartGateway();
  const std::string text = Admin("/metrics").body;
  for (const server::Metric& metric : server::MetricCatalogue()) {
    if (metric.name.starts_with("taskgateway_certificate")) continue;  // see tls_test.cc
    EXPECT_THAT(text,
                HasSubstr(absl::StrCat("# HELP ", std::string(metric.name), " ", std::string(metric.help), "\n")));
  }
}

TEST_F(MetricsTest, AnUnknownStateIsCountedAndLoggedOnce) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: odd, steps: [{status: Paused}]}]");
  v1::Task task;
  ASSERT_TRUE(Get("sources/cc/tasks/odd", &task).ok());
  ASSERT_TRUE(Get("sources/cc/tasks/odd", &task).ok());
  EXPECT_EQ(Metrics().Of("taskgateway_unknown_states_total{source=\"cc\"}"), 2);
  const std::string log = log_text();
  EXPECT_EQ(log.find("\"word\":\"Paused\""), log.rfind("\"word\":\"Paused\""));
  EXPECT_TRUE(Logged("unknown_state"));
}

TEST_F(MetricsTest, ThrottlingRetriesAndTheBreakerShow) {
  StartGateway("{max_attempts: 2}");
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  Play("faults: [{count: 1, error: {status: 429, code: Throttling.User}, headers: {x-acs-retry-after: \"20\"}}]");
  v1::Task task;
  EXPECT_TRUE(Get("sources/cc/tasks/t", &task).ok());
  Scrape scrape = Metrics();
  EXPECT_EQ(scrape.Of("taskgateway_upstream_throttled_total{source=\"cc\",operation=\"GetTask\"}"), 1);
  EXPECT_EQ(scrape.Of("taskgateway_upstream_retries_total{source=\"cc\",operation=\"GetTask\"}"), 1);
  EXPECT_EQ(scrape.Of("taskgateway_budget_rate{source=\"cc\",operation=\"GetTask\"}"), 50000);
  EXPECT_EQ(scrape.Of("taskgateway_budget_configured_rate{source=\"cc\",operation=\"GetTask\"}"), 100000);
  EXPECT_EQ(scrape.Of("taskgateway_breaker_open{source=\"cc\"}"), 0);
  EXPECT_TRUE(Logged("upstream_throttled"));
  Play("faults: [{error: {status: 503, code: ServiceUnavailable}}]");
  EXPECT_TRUE(Eventually([&] {
    Get("sources/cc/tasks/t", &task);
    return Metrics().Of("taskgateway_breaker_open{source=\"cc\"}") == 1;
  }));
  EXPECT_TRUE(Logged("breaker_opened"));
  EXPECT_THAT(Admin("/status.json").body, HasSubstr(R"("breaker_open":true)"));
}

TEST_F(MetricsTest, ACallWhoseDeadlinePassesEndsWithThatCode) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  Play("faults: [{hang: true}]");
  EXPECT_TRUE(Eventually([&] {
    v1::Task task;
    EXPECT_EQ(Get("sources/cc/tasks/t", &task, v1::TASK_VIEW_BASIC, absl::Milliseconds(200)).error_code(),
              grpc::StatusCode::DEADLINE_EXCEEDED);
    return Metrics().Sum("grpc_server_handled_total", {"\"GetTask\"", "\"DeadlineExceeded\""}) > 0;
  }));
}

}  // namespace
}  // namespace taskgateway::e2e
