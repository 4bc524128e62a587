// Replies that no honest upstream sends.
#include "adapters/cloud_control/cloud_control.h"
#include "adapters/core/status_catalogue.h"
#include "gtest/gtest.h"
#include "tests/unit/adapters/golden_pairs.h"
#include "tests/unit/adapters/task_rules.h"

namespace taskgateway::cloud_control {
namespace {

constexpr TaskRef kRef{.name = "sources/cc/tasks/task-433aead756057fff8189a7ce5****",
                       .host = "cloudcontrol.aliyuncs.com"};
constexpr std::string_view kHead =
    R"({"task": {"taskId": "task-433aead756057fff8189a7ce5****", "status": "Succeeded", "x": )";

Reply<DecodedTask> Decode(std::string body) {
  return CloudControlAdapter().DecodeGetTask({.status = 200, .headers = {}, .body = std::move(body)}, kRef, true);
}

std::string Nested(int depth) {
  return std::string(kHead) + std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']') + "}}";
}

TEST(CloudControlHostile, ASampleThatIsCutAnywhereIsBroken) {
  const std::string sample = golden::ReadTestdata("cloud_control", "sample.json");
  ASSERT_TRUE(Decode(sample).verdict.status.ok());
  for (std::size_t size = 0; size <= sample.rfind('}'); ++size) {
    const Reply<DecodedTask> reply = Decode(sample.substr(0, size));
    ASSERT_EQ(core::ReasonOf(reply.verdict.status), "UPSTREAM_BROKEN_REPLY") << size;
    ASSERT_EQ(reply.verdict.signal, Signal::kTransient) << size;
  }
}

TEST(CloudControlHostile, ASampleWithAnyByteReplacedKeepsTheRulesOrIsRefused) {
  const std::string sample = golden::ReadTestdata("cloud_control", "sample.json");
  for (const char byte : {'\0', '"', '{', '\\', '\xff', '9'}) {
    for (std::size_t i = 0; i < sample.size(); ++i) {
      std::string body = sample;
      body[i] = byte;
      const Reply<DecodedTask> reply = Decode(std::move(body));
      if (reply.verdict.status.ok()) ExpectKeepsTheRules(*reply.value.task);
    }
  }
}

TEST(CloudControlHostile, NestingBeyondTheLimitIsTooLarge) {
  EXPECT_TRUE(Decode(Nested(22)).verdict.status.ok()) << "24 deep with the root and the task";
  for (const int depth : {23, 1000, 1'000'000}) {
    EXPECT_EQ(core::ReasonOf(Decode(Nested(depth)).verdict.status), "UPSTREAM_REPLY_TOO_LARGE") << depth;
  }
}

TEST(CloudControlHostile, TooManyValuesAreTooLarge) {
  std::string body(kHead);
  body += "[0";
  for (int i = 0; i < 1'000'000; ++i) body += ",0";
  body += "]}}";
  EXPECT_EQ(core::ReasonOf(Decode(std::move(body)).verdict.status), "UPSTREAM_REPLY_TOO_LARGE");
}

TEST(CloudControlHostile, TooManyBytesAreTooLarge) {
  std::string body(kHead);
  body += '"' + std::string(std::size_t{16} << 20, 'x') + "\"}}";
  EXPECT_EQ(core::ReasonOf(Decode(std::move(body)).verdict.status), "UPSTREAM_REPLY_TOO_LARGE");
}

// RapidJSON 1.1.0 writes out of bounds on this one when it parses with full precision.
TEST(CloudControlHostile, LongNumbersAreKeptAsText) {
  const std::string number = "1" + std::string(400, '0') + "." + std::string(400, '1');
  const Reply<DecodedTask> reply =
      Decode(std::string(kHead) + "12345678901234567890123456789012345678901234567" + "}}");
  ASSERT_TRUE(reply.verdict.status.ok()) << reply.verdict.status;
  EXPECT_EQ(reply.value.raw->fields().at("task").struct_value().fields().at("x").string_value(),
            "12345678901234567890123456789012345678901234567");
  const Reply<DecodedTask> longer = Decode(std::string(kHead) + number + "}}");
  EXPECT_TRUE(longer.verdict.status.ok() || longer.verdict.status.code() == absl::StatusCode::kUnavailable);
}

TEST(CloudControlHostile, AnErrorThatBuriesItselfManyTimesIsReadAFewTimes) {
  std::string message = "the end";
  for (int i = 0; i < 8; ++i) {
    std::string escaped;
    for (const char c : message) {
      if (c == '"' || c == '\\') escaped += '\\';
      escaped += c;
    }
    message = R"({"errorCode": "E", "errorMsg": ")" + escaped + "\"}";
  }
  std::string escaped;
  for (const char c : message) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  const Reply<DecodedTask> reply =
      Decode(R"({"task": {"taskId": "task-433aead756057fff8189a7ce5****", "status": "Failed", "error": {"message": ")" +
             escaped + R"("}}})");
  ASSERT_TRUE(reply.verdict.status.ok()) << reply.verdict.status;
  EXPECT_EQ(reply.value.task->error().root_code(), "E");
  ExpectKeepsTheRules(*reply.value.task);
}

}  // namespace
}  // namespace taskgateway::cloud_control
