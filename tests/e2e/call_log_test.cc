// What is written of each call.
#include <regex>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/gateway_fixture.h"

namespace taskgateway::e2e {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class CallLogTest : public GatewayTest {
 protected:
  // One GetTask with a traceparent header, or without one; returns the trailing metadata `trace-id`.
  std::string Get(const std::string& name, const std::string& traceparent = "") {
    grpc::ClientContext context;
    if (!traceparent.empty()) context.AddMetadata("traceparent", traceparent);
    v1::GetTaskRequest request;
    request.set_name(name);
    v1::Task task;
    stub().GetTask(&context, request, &task);
    const auto found = context.GetServerTrailingMetadata().find("trace-id");
    if (found == context.GetServerTrailingMetadata().end()) return "";
    return {found->second.data(), found->second.size()};
  }
  // The last line of an event.
  std::string Line(const std::string& event) {
    const std::string text = log_text();
    const std::size_t at = text.rfind("\"event\":\"" + event + "\"");
    if (at == std::string::npos) return "";
    const std::size_t begin = text.rfind('\n', at) + 1;
    return text.substr(begin, text.find('\n', at) - begin);
  }
};

constexpr char kTrace[] = "0af7651916cd43dd8448eb211c80319c";

TEST_F(CallLogTest, ACallThatFailsHasALineWithWhoWhatWhyAndTheCallersTrace) {
  StartGateway();
  EXPECT_EQ(Get("sources/cc/tasks/nowhere", std::string("00-") + kTrace + "-b7ad6b7169203331-01"), kTrace);
  EXPECT_THAT(Line("call_failed"),
              MatchesRegex(R"(\{"time":"[^"]*","severity":"info","event":"call_failed",)"
                           R"("method":"taskgateway.v1.TaskService/GetTask","name":"sources/cc/tasks/nowhere",)"
                           R"("code":"NOT_FOUND","reason":"TASK_NOT_FOUND","message":"[^"]*","took_ms":[0-9.e-]+,)"
                           R"("peer":"ipv4:127.0.0.1:[0-9]*","trace_id":")" +
                           std::string(kTrace) + R"("\})"));
}

TEST_F(CallLogTest, ATraceIsMadeForThoseWhoBringNone) {
  StartGateway();
  const std::string one = Get("sources/cc/tasks/nowhere");
  const std::string other = Get("sources/cc/tasks/nowhere", "00-nonsense-01");
  EXPECT_THAT(one, MatchesRegex("[0-9a-f]{32}"));
  EXPECT_THAT(other, MatchesRegex("[0-9a-f]{32}"));
  EXPECT_NE(one, other);
  EXPECT_THAT(Line("call_failed"), HasSubstr("\"trace_id\":\"" + other + "\""));
}

TEST_F(CallLogTest, ACallThatSucceedsHasALineToo) {
  StartGateway();
  Play("tasks: [{api: cloud_control, id: t, steps: [{status: Succeeded}]}]");
  EXPECT_EQ(Get("sources/cc/tasks/t"), "") << "nothing is added to an answer";
  EXPECT_THAT(Line("call"), HasSubstr("\"name\":\"sources/cc/tasks/t\",\"code\":\"OK\""));
  Get("sources/cc/tasks/t", std::string("00-") + kTrace + "-b7ad6b7169203331-01");
  EXPECT_THAT(Line("call"), HasSubstr(kTrace));
}

TEST_F(CallLogTest, AHostileNameStaysOneShortLine) {
  StartGateway();
  Get(std::string("sources/\n{\"severity\":\"error\"}") + std::string(5000, 'x'));
  const std::string line = Line("call_failed");
  EXPECT_THAT(line, HasSubstr("\"code\":\"INVALID_ARGUMENT\""));
  EXPECT_LT(line.size(), 2500u);
  EXPECT_THAT(line, Not(HasSubstr("\n")));
}

TEST_F(CallLogTest, AStormIsCutAndCounted) {
  StartGateway();
  for (int i = 0; i < 3000; ++i) Get("sources/-/bad");
  const std::string text = log_text();
  std::size_t lines = 0;
  for (std::size_t at = text.find("call_failed"); at != std::string::npos; at = text.find("call_failed", at + 1))
    ++lines;
  EXPECT_LT(lines, 3000u);
  EXPECT_GE(lines, 1000u);
}

}  // namespace
}  // namespace taskgateway::e2e
