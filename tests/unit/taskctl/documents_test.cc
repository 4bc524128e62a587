#include "tools/taskctl/documents.h"

#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/unit/taskctl/golden.h"
#include "yaml-cpp/yaml.h"

namespace taskgateway::taskctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

v1::BatchGetTasksResponse Batch() {
  v1::BatchGetTasksResponse batch;
  *batch.add_tasks() = TaskFrom("failed.textproto");
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(name: "sources/a/tasks/b"
           index: 1
           status {
             code: 5
             message: "none"
             details {
               [type.googleapis.com/google.rpc.ErrorInfo] { reason: "TASK_NOT_FOUND" domain: "taskgateway" }
             }
             details { type_url: "type.googleapis.com/of.Tomorrow" value: "x" }
           })pb",
      batch.add_failures()));
  return batch;
}

TEST(TaskJson, ReadsBackAsTheSameTask) {
  for (const char* name : {"failed.textproto", "running.textproto", "with_logs.textproto"}) {
    const v1::Task task = TaskFrom(name);
    const auto json = TaskJson(task);
    ASSERT_TRUE(json.ok()) << json.status();
    v1::Task read;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(*json, &read).ok()) << *json;
    EXPECT_EQ(read.DebugString(), task.DebugString());
  }
}

TEST(TaskJson, CannotDriveATerminal) {
  v1::Task task;
  task.set_source_status("\x1b[2J\x7f\xc2\x9b");
  const std::string json = *TaskJson(task);
  EXPECT_THAT(json, Not(HasSubstr("\x1b")));
  EXPECT_THAT(json, Not(HasSubstr("\x7f")));
  EXPECT_THAT(json, Not(HasSubstr("\xc2\x9b")));
  v1::Task read;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &read).ok()) << json;
  EXPECT_EQ(read.source_status(), task.source_status());
}

TEST(TaskJson, ATimeThatJsonCannotSayIsAnErrorNotALie) {
  v1::Task task;
  task.mutable_create_time()->set_seconds(INT64_C(1) << 60);
  EXPECT_TRUE(absl::IsInternal(TaskJson(task).status()));
}

TEST(BatchJson, HoldsTasksAndFailures) { ExpectGolden(*BatchJson(Batch()), "batch.json"); }

TEST(BatchJson, BothListsAreAlwaysThere) { EXPECT_EQ(*BatchJson({}), "{\n \"tasks\": [],\n \"failures\": []\n}\n"); }

TEST(SourcesJson, TheListIsAlwaysThere) { EXPECT_EQ(*SourcesJson({}), "{\n \"sources\": []\n}\n"); }

TEST(Yaml, SaysTheSameAsTheJson) { ExpectGolden(YamlFromJson(*BatchJson(Batch())), "batch.yaml"); }

TEST(Yaml, TextStaysText) {
  const std::vector<std::string> texts = {"true",
                                          "No",
                                          "null",
                                          "~",
                                          "12",
                                          "1e3",
                                          "0x1f",
                                          "",
                                          " a",
                                          "a: b",
                                          "#",
                                          "- a",
                                          "é",
                                          "a\nb",
                                          "2022-11-21",
                                          "\"",
                                          "\x1b[2J",
                                          "plain",
                                          "\xf0\x9f\x99\x82"};
  for (const std::string& text : texts) {
    v1::Task task;
    task.add_tags()->set_key("k" + text);
    task.mutable_tags(0)->set_value(text);
    const std::string yaml = YamlFromJson(*TaskJson(task));
    EXPECT_THAT(yaml, Not(HasSubstr("\x1b")));
    const YAML::Node tag = YAML::Load(yaml)["tags"][0];
    EXPECT_EQ(tag["key"].Scalar(), "k" + text) << yaml;
    if (text.empty()) continue;  // protobuf's JSON leaves empty values out
    EXPECT_EQ(tag["value"].Scalar(), text) << yaml;
    // yaml-cpp marks what was quoted: such text is never read as another type.
    EXPECT_EQ(tag["value"].Tag(), text == "plain" ? "?" : "!") << yaml;
  }
}

TEST(Yaml, KeepsNumbersAndTypes) {
  EXPECT_EQ(YamlFromJson(R"({"i": 9007199254740991, "d": 0.1, "b": true, "z": null, "o": {}, "a": [], "l": [1, "1"]})"),
            "i: 9007199254740991\nd: 0.1\nb: true\nz: ~\no: {}\na: []\nl:\n  - 1\n  - \"1\"\n");
}

}  // namespace
}  // namespace taskgateway::taskctl
