#include "tests/unit/adapters/golden_pairs.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "adapters/core/status_catalogue.h"
#include "adapters/registry/registry.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "tests/unit/adapters/task_rules.h"

namespace taskgateway::golden {
namespace {

namespace fs = std::filesystem;

fs::path Testdata(std::string_view kind) { return fs::path(TASKGATEWAY_SOURCE_DIR) / "adapters" / kind / "testdata"; }

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string_view SignalName(Signal signal) {
  switch (signal) {
    case Signal::kNone:
      return "none";
    case Signal::kTransient:
      return "transient";
    case Signal::kThrottled:
      return "throttled";
    case Signal::kCredentialsRejected:
      return "credentials rejected";
    case Signal::kClockSkew:
      return "clock skew";
  }
  return "?";
}

// The first line of an expected status: what the verdict says beside it.
std::string SignalLine(const Verdict& verdict) {
  std::string line = absl::StrCat("# signal: ", std::string(SignalName(verdict.signal)));
  if (verdict.retry_after) absl::StrAppend(&line, "; retry after ", absl::FormatDuration(*verdict.retry_after));
  if (verdict.server_time)
    absl::StrAppend(&line, "; server time ", absl::FormatTime(*verdict.server_time, absl::UTCTimeZone()));
  return line;
}

// The whole log as a FULL view would have it.
void AddLog(const TaskLog& log, v1::Task* task) {
  for (std::size_t i = 0; i < log.entries.size(); ++i) {
    v1::TaskLogEntry* entry = task->add_logs();
    entry->set_index(static_cast<int>(i));
    entry->set_command(std::string(log.entries[i].command));
    entry->set_stream(std::string(log.entries[i].stream));
    entry->set_content(std::string(log.entries[i].content));
  }
}

std::string Print(const google::protobuf::Message& message) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  printer.SetExpandAny(true);
  std::string text;
  EXPECT_TRUE(printer.PrintToString(message, &text));
  return text;
}

// Compares `actual` with the file, or writes the file.
void ExpectMatches(const fs::path& path, const std::string& head, const google::protobuf::Message& actual) {
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << head << "\n\n" << Print(actual);
    return;
  }
  ASSERT_TRUE(fs::exists(path)) << "missing; UPDATE_GOLDEN=1 writes it. It would be:\n"
                                << head << "\n\n"
                                << Print(actual);
  const std::string text = ReadFile(path);
  EXPECT_EQ(text.substr(0, text.find('\n')), head.substr(0, head.find('\n')));
  const std::unique_ptr<google::protobuf::Message> expected(actual.New());
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, expected.get())) << path;
  google::protobuf::util::MessageDifferencer differencer;
  std::string differences;
  differencer.ReportDifferencesToString(&differences);
  EXPECT_TRUE(differencer.Compare(*expected, actual)) << path << "\n" << differences;
}

}  // namespace

std::vector<std::string> PairNames(std::string_view kind) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(Testdata(kind))) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string ReadTestdata(std::string_view kind, std::string_view file) { return ReadFile(Testdata(kind) / file); }

core::HttpResponse ReadReply(std::string_view kind, std::string_view name) {
  core::HttpResponse response;
  response.status = 200;
  response.body = ReadFile(Testdata(kind) / (std::string(name) + ".json"));
  const fs::path http = Testdata(kind) / (std::string(name) + ".http");
  if (!fs::exists(http)) return response;
  std::istringstream lines(ReadFile(http));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(": ");
    const std::string field = line.substr(0, colon);
    const std::string value = line.substr(colon + 2);
    if (field == "status") {
      EXPECT_TRUE(absl::SimpleAtoi(value, &response.status)) << http;
    } else {
      response.headers.push_back({field, value});
    }
  }
  return response;
}

void ExpectDecodesAsWritten(std::string_view kind, std::string_view task_id, std::string_view name) {
  const TaskAdapter* adapter = registry::FindAdapter(kind);
  ASSERT_NE(adapter, nullptr);
  const std::string task_name = "sources/golden/tasks/" + std::string(task_id);
  const TaskRef ref{.name = task_name, .host = "upstream.example"};
  const bool want_raw = name.starts_with("raw_");
  Reply<DecodedTask> reply = adapter->DecodeGetTask(ReadReply(kind, name), ref, want_raw);

  const fs::path stem = Testdata(kind) / name;
  const fs::path of_task = stem.string() + ".textproto";
  const fs::path of_status = stem.string() + ".status.textproto";
  if (!reply.verdict.status.ok()) {
    EXPECT_FALSE(fs::exists(of_task)) << "a task was expected: " << reply.verdict.status;
    ExpectMatches(of_status, SignalLine(reply.verdict), core::ToRpcStatus(reply.verdict.status));
    return;
  }
  EXPECT_FALSE(fs::exists(of_status)) << "a status was expected";
  EXPECT_EQ(reply.verdict.signal, Signal::kNone);
  EXPECT_EQ(reply.value.task->uid(), task_id);
  ExpectKeepsTheRules(*reply.value.task);
  EXPECT_EQ(reply.value.raw.has_value(), want_raw);
  AddLog(reply.value.log, &*reply.value.task);
  if (reply.value.raw.has_value()) *reply.value.task->mutable_raw() = *std::move(reply.value.raw);
  ExpectMatches(of_task, "# proto-file: proto/taskgateway/v1/task.proto\n# proto-message: taskgateway.v1.Task",
                *reply.value.task);
}

void ExpectNothingButPairs(std::string_view kind) {
  const std::vector<std::string> names = PairNames(kind);
  EXPECT_GE(names.size(), 25u);
  for (const fs::directory_entry& entry : fs::directory_iterator(Testdata(kind))) {
    const std::string file = entry.path().filename();
    const std::string name = file.substr(0, file.find('.'));
    const std::string extension = file.substr(name.size());
    if (file == "README.md") continue;
    EXPECT_TRUE(std::binary_search(names.begin(), names.end(), name)) << file;
    EXPECT_TRUE(extension == ".json" || extension == ".http" || extension == ".textproto" ||
                extension == ".status.textproto")
        << file;
  }
}

std::string TestName(const testing::TestParamInfo<std::string>& parameter) { return parameter.param; }

}  // namespace taskgateway::golden
