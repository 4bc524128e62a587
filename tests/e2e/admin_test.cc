// The admin port over real sockets.
#include <regex>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

using support::HttpGot;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(GatewayTest, ReadyzTellsWhyAndAnUpstreamOutageDoesNotMatter) {
  StartGateway();
  Play("faults: [{error: {status: 503, code: ServiceUnavailable}}]");
  v1::Task task;
  EXPECT_FALSE(Get("sources/cc/tasks/t", &task).ok());
  EXPECT_TRUE(Eventually([&] { return Admin("/readyz").status == 200; }));
  EXPECT_EQ(Admin("/readyz").body,
            "{\"ready\":true,\"started\":true,\"draining\":false,\"listening\":true,\"accounts_without_keys\":0}\n");
  gateway().Drain();
  const HttpGot draining = Admin("/readyz");
  EXPECT_EQ(draining.status, 503);
  EXPECT_THAT(draining.body, HasSubstr("\"draining\":true"));
  EXPECT_EQ(Admin("/livez").status, 200);
  EXPECT_THAT(Admin("/metrics").body, HasSubstr("\ntaskgateway_draining 1\n"));
}

TEST_F(GatewayTest, ConfigIsShownWithoutSecrets) {
  StartGateway();
  EXPECT_THAT(Admin("/config").body, AllOf(HasSubstr("\"cc-denied\""), Not(HasSubstr("simulator-secret")),
                                           Not(HasSubstr("another-secret")), HasSubstr("\"***\"")));
}

TEST_F(GatewayTest, TheLogLevelIsChangedFromThisMachineAlone) {
  StartGateway();
  v1::Task task;
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Succeeded}]}]");
  EXPECT_EQ(Admin("/log-level").body, "info\n");
  EXPECT_TRUE(Get("sources/cc/tasks/t", &task).ok());
  EXPECT_TRUE(Logged("call"));
  EXPECT_EQ(Admin("/log-level?level=error", "PUT").body, "error\n");
  const std::size_t last_call = log_text().rfind("\"event\":\"call\"");
  EXPECT_TRUE(Get("sources/cc/tasks/t", &task).ok());
  EXPECT_EQ(log_text().rfind("\"event\":\"call\""), last_call);
  EXPECT_EQ(Admin("/log-level?level=debug", "PUT").body, "debug\n");
  EXPECT_TRUE(Logged("log_level_changed"));
  EXPECT_EQ(Admin("/log-level?level=loud", "PUT").status, 400);
  EXPECT_EQ(Admin("/log-level", "PUT").status, 400);
  EXPECT_EQ(Admin("/log-level?level=error", "POST").status, 405);
  EXPECT_EQ(Admin("/log-level?level=error", "GET").body, "debug\n");
  // A page elsewhere whose name was made to point here.
  EXPECT_EQ(Admin("/log-level?level=error", "PUT", "evil.example:8982").status, 403);
  EXPECT_EQ(Admin("/log-level?level=error", "PUT", "localhost:8982").body, "error\n");
}

TEST_F(GatewayTest, ThePageNeedsNothingFromElsewhere) {
  StartGateway();
  const HttpGot page = Admin("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.headers, AllOf(HasSubstr("text/html"), HasSubstr("default-src 'none'")));
  const std::string all = page.body + Admin("/page.js").body + Admin("/page.css").body;
  EXPECT_FALSE(std::regex_search(all, std::regex("https?:|//[a-z]+\\.|@import|url\\(|innerHTML|eval\\("))) << all;
}

TEST_F(GatewayTest, StatusShowsWatchesFailuresAndSourcesButNoValuesAndNoLogs) {
  StartGateway();
  Play(R"(tasks:
- {api: cloud_control, id: watched, steps: [{status: Running}]}
- api: service_catalog
  id: failed
  steps: [{status: Failed}]
  log: {entries: 3, end_bytes: 1KiB}
)");
  v1::Task task;
  ASSERT_TRUE(Get("sources/sc/tasks/failed", &task, v1::TASK_VIEW_FULL).ok());
  ASSERT_EQ(task.state(), v1::Task::FAILED);
  grpc::ClientContext context;
  v1::WatchTasksRequest request;
  request.add_targets()->set_name("sources/cc/tasks/watched");
  const auto stream = stub().WatchTasks(&context, request);
  v1::WatchTasksResponse event;
  ASSERT_TRUE(stream->Read(&event));
  const std::string status = Admin("/status.json").body;
  EXPECT_THAT(status, HasSubstr(R"("watches":1,)"));
  EXPECT_THAT(status,
              HasSubstr(R"("polled_tasks":[{"name":"sources/cc/tasks/watched","state":"RUNNING","subscribers":1,)"));
  EXPECT_THAT(status, HasSubstr(R"("failures":[{"name":"sources/sc/tasks/failed",)"));
  EXPECT_THAT(status, HasSubstr(R"("name":"cc","kind":"cloud_control","account":"main",)"));
  EXPECT_GT(task.parameters_size() + task.outputs_size(), 0) << "or else the rest proves nothing";
  for (const auto& parameter : task.parameters()) EXPECT_THAT(status, Not(HasSubstr("\"" + parameter.value() + "\"")));
  for (const v1::TaskLogEntry& entry : task.logs()) {
    EXPECT_THAT(status, Not(HasSubstr(entry.content().substr(0, 20)))) << entry.content().size();
  }
  context.TryCancel();
}

TEST_F(GatewayTest, OffWhenItHasNoAddress) {
  StartGateway("{}", {}, "", "admin: {address: \"\"}");
  EXPECT_FALSE(gateway().ports().contains("admin"));
}

}  // namespace
}  // namespace taskgateway::e2e
