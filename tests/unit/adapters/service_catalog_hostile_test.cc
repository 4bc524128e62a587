// Replies that no honest upstream sends, and those that are merely huge.
#include <cstdlib>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"
#include "adapters/service_catalog/service_catalog.h"
#include "gtest/gtest.h"
#include "tests/unit/adapters/golden_pairs.h"
#include "tests/unit/adapters/task_rules.h"

namespace taskgateway::service_catalog {
namespace {

constexpr TaskRef kRef{.name = "sources/sc/tasks/task-bp1dmg242c****",
                       .host = "servicecatalog.cn-hangzhou.aliyuncs.com"};
constexpr std::string_view kHead = R"({"TaskDetail": {"TaskId": "task-bp1dmg242c****", "Status": "Succeeded", )";

Reply<DecodedTask> Decode(std::string body, bool want_raw = false) {
  return ServiceCatalogAdapter().DecodeGetTask({.status = 200, .headers = {}, .body = std::move(body)}, kRef, want_raw);
}

TEST(ServiceCatalogHostile, ASampleThatIsCutAnywhereIsBroken) {
  const std::string sample = golden::ReadTestdata("service_catalog", "sample.json");
  ASSERT_TRUE(Decode(sample).verdict.status.ok());
  for (std::size_t size = 0; size <= sample.rfind('}'); ++size) {
    const Reply<DecodedTask> reply = Decode(sample.substr(0, size));
    ASSERT_EQ(core::ReasonOf(reply.verdict.status), "UPSTREAM_BROKEN_REPLY") << size;
    ASSERT_EQ(reply.verdict.signal, Signal::kTransient) << size;
  }
}

TEST(ServiceCatalogHostile, ASampleWithAnyByteReplacedKeepsTheRulesOrIsRefused) {
  const std::string sample = golden::ReadTestdata("service_catalog", "sample.json");
  for (const char byte : {'\0', '"', '{', '\\', '\xff', '9'}) {
    for (std::size_t i = 0; i < sample.size(); ++i) {
      std::string body = sample;
      body[i] = byte;
      const Reply<DecodedTask> reply = Decode(std::move(body), true);
      if (reply.verdict.status.ok()) ExpectKeepsTheRules(*reply.value.task);
    }
  }
}

TEST(ServiceCatalogHostile, NestingBeyondTheLimitIsTooLarge) {
  for (const std::size_t depth : {std::size_t{23}, std::size_t{1'000'000}}) {
    const std::string body =
        absl::StrCat(std::string(kHead), R"("x": )", std::string(depth, '['), std::string(depth, ']'), "}}");
    EXPECT_EQ(core::ReasonOf(Decode(body, true).verdict.status), "UPSTREAM_REPLY_TOO_LARGE") << depth;
  }
}

TEST(ServiceCatalogHostile, TenMillionParametersAreTooLarge) {
  constexpr int kElements = 10'000'000;
  std::string body(kHead);
  body += R"("Parameters": [0)";
  body.reserve(body.size() + 2 * kElements + 8);
  for (int i = 1; i < kElements; ++i) body += ",0";
  body += "]}}";
  EXPECT_EQ(core::ReasonOf(Decode(std::move(body)).verdict.status), "UPSTREAM_REPLY_TOO_LARGE");
}

TEST(ServiceCatalogHostile, OddEntriesAreOneWarningHoweverManyThereAre) {
  std::string body(kHead);
  body += R"("TaskType": "LaunchProduct", "Parameters": [0)";
  for (int i = 1; i < 100'000; ++i) body += ",{}";
  body += "]}}";
  const Reply<DecodedTask> reply = Decode(std::move(body));
  ASSERT_TRUE(reply.verdict.status.ok()) << reply.verdict.status;
  int about_parameters = 0;
  for (const v1::TaskWarning& warning : reply.value.task->warnings()) {
    about_parameters += warning.field().starts_with("TaskDetail.Parameters");
  }
  EXPECT_EQ(about_parameters, 3);  // an entry that is no object, one without a key, one without a value
  EXPECT_EQ(reply.value.task->parameters_size(), 99'999);
}

TEST(ServiceCatalogHostile, ThirtyThousandLogEntriesKeepTheirOrder) {
  constexpr int kEntries = 30'000;
  std::string body(kHead);
  body += R"("Log": {"TerraformLogs": [)";
  for (int i = 0; i < kEntries; ++i) {
    absl::StrAppend(&body, i == 0 ? "" : ",", R"({"Command": "apply", "Stream": "stdout", "Content": "line )", i,
                    R"(\n"})");
  }
  body += "]}}}";
  const Reply<DecodedTask> reply = Decode(std::move(body));
  ASSERT_TRUE(reply.verdict.status.ok()) << reply.verdict.status;
  const v1::Task& task = *reply.value.task;
  const std::vector<TaskLog::Entry>& entries = reply.value.log.entries;
  ASSERT_EQ(entries.size(), std::size_t{kEntries});
  std::size_t bytes = 0;
  for (int i = 0; i < kEntries; ++i) {
    const std::string_view content = entries[static_cast<std::size_t>(i)].content;
    ASSERT_EQ(content, absl::StrCat("line ", i, "\n"));
    bytes += content.size();
  }
  EXPECT_EQ(task.log_summary().entry_count(), kEntries);
  EXPECT_EQ(task.log_summary().content_bytes(), static_cast<std::int64_t>(bytes));
}

#ifndef TASKGATEWAY_SANITIZED  // sanitizers keep memory of their own
// The number of KiB that /proc/self/status has behind `key`.
std::int64_t KiB(std::string_view key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key)) return std::atoll(line.c_str() + key.size());
  }
  return 0;
}

// In a process of its own, whose peak is its own: the text is moved in, parsed in place, and becomes the log.
TEST(ServiceCatalogHostileDeathTest, A64MiBLogNeedsNoMoreThanItsText) {
  EXPECT_EXIT(
      {
        constexpr std::size_t kContent = std::size_t{64} << 20;
        const std::int64_t before = KiB("VmRSS:");
        std::string body;
        body.reserve(kContent + 1024);
        body.append(kHead).append(R"("Log": {"TerraformLogs": [{"Command": "apply", "Stream": "stdout", "Content": ")");
        body.append(kContent, 'x').append("\"}]}}}");
        const Reply<DecodedTask> reply = Decode(std::move(body));
        const std::int64_t grown = KiB("VmHWM:") - before;
        const bool whole = reply.verdict.status.ok() && reply.value.log.entries[0].content.size() == kContent;
        std::exit(!whole ? 1 : grown > (64 + 16) * 1024 ? 2 : 0);
      },
      testing::ExitedWithCode(0), "");
}
#endif

TEST(ServiceCatalogHostile, A64MiBLogIsAccepted) {
  constexpr std::size_t kContent = std::size_t{64} << 20;
  std::string body(kHead);
  body += R"("Log": {"TerraformLogs": [{"Command": "apply", "Stream": "stdout", "Content": ")";
  body.append(kContent, 'x').append("\"}]}}}");
  const Reply<DecodedTask> reply = Decode(std::move(body));
  ASSERT_TRUE(reply.verdict.status.ok()) << reply.verdict.status;
  EXPECT_EQ(reply.value.task->log_summary().content_bytes(), static_cast<std::int64_t>(kContent));
}

}  // namespace
}  // namespace taskgateway::service_catalog
