// Input that is made to hurt: it has to end in a status, soon and within bounded memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <utility>

#include "adapters/core/json_reader.h"
#include "adapters/core/utf8.h"

namespace taskgateway::core {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

absl::StatusCode CodeOf(std::string text, const JsonLimits& limits = {}) {
  return JsonDocument::Parse(std::move(text), limits).status().code();
}

std::string Repeated(std::string_view piece, std::size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

std::string Arrays(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string Objects(std::size_t depth) { return Repeated("{\"a\":", depth) + "1" + std::string(depth, '}'); }

TEST(JsonHostileTest, AcceptsTheGreatestDepthAndRefusesOneMore) {
  EXPECT_EQ(CodeOf(Arrays(24)), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(Objects(24)), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(Arrays(25)), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(CodeOf(Objects(25)), absl::StatusCode::kResourceExhausted);
}

TEST(JsonHostileTest, DepthCountsWhatIsOpenNotWhatWas) {
  EXPECT_EQ(CodeOf("[" + Repeated("[],", 1000) + "[]]"), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf("[" + Repeated("{\"a\":{}},", 1000) + "{}]"), absl::StatusCode::kOk);
}

TEST(JsonHostileTest, RefusesAMillionLevels) {
  EXPECT_EQ(CodeOf(Arrays(1'000'000)), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(CodeOf(Objects(1'000'000)), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(CodeOf(std::string(1'000'000, '[')), absl::StatusCode::kResourceExhausted);
}

TEST(JsonHostileTest, CountsEveryValueAndEveryKey) {
  EXPECT_EQ(CodeOf("[1,2,3]", {.max_nodes = 4}), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf("[1,2,3,4]", {.max_nodes = 4}), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(CodeOf(R"({"a":1})", {.max_nodes = 3}), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(R"({"a":1})", {.max_nodes = 2}), absl::StatusCode::kResourceExhausted);
}

TEST(JsonHostileTest, RefusesTenMillionElements) {
  const JsonLimits limits{.max_bytes = 64 * kMiB};
  EXPECT_EQ(CodeOf("[" + Repeated("0,", 10'000'000) + "0]", limits), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(CodeOf("{" + Repeated("\"\":0,", 5'000'000) + "\"\":0}", limits), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(CodeOf("[" + Repeated("0,", 999'998) + "0]", limits), absl::StatusCode::kOk);
}

TEST(JsonHostileTest, AcceptsAStringOf64MebibytesWithinTheByteLimitAndRefusesItBeyond) {
  std::string text = "\"" + std::string(64 * kMiB, 'x') + "\"";
  const std::size_t size = text.size();
  EXPECT_EQ(CodeOf(text, {.max_bytes = size - 1}), absl::StatusCode::kResourceExhausted);
  const auto document = JsonDocument::Parse(std::move(text), {.max_bytes = size});
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->root().GetStringLength(), 64 * kMiB);
}

TEST(JsonHostileTest, TakesLongEscapesInTheirStride) {
  for (const char* piece : {"\\n", "\\\\", "\\u0000", "\\ud83d\\ude00", "\\udead", "\\\""}) {
    EXPECT_EQ(CodeOf("\"" + Repeated(piece, 100'000) + "\""), absl::StatusCode::kOk) << piece;
  }
}

TEST(JsonHostileTest, SurvivesTheNumbersThatFullPrecisionDiesOf) {
  // The first one is what RapidJSON 1.1.0 crashes on (its issue 1251).
  const std::string small = "0." + std::string(300, '0') + "1" + std::string(40, '2');
  for (const std::string& number :
       {std::string("128.74836467836484838364836483643636483648e-336"), small, "1" + std::string(300, '0') + ".5e-9",
        "1e-" + std::string(1000, '9'), "0." + std::string(1'000'000, '3'), std::string(300, '1') + "e-300"}) {
    EXPECT_EQ(CodeOf("[" + number + "]"), absl::StatusCode::kOk) << number.substr(0, 60);
  }
}

TEST(JsonHostileTest, CopyingOutCutsPrintedValues) {
  const auto document = JsonDocument::Parse("[" + Repeated("\"\xE4\xB8\xAD\",", 10'000) + "0]");
  ASSERT_TRUE(document.ok()) << document.status();
  std::string printed;
  const std::string_view text = TextOf(document->root(), &printed);
  EXPECT_LE(text.size(), 4096U);
  EXPECT_GT(text.size(), 4090U);
  EXPECT_TRUE(IsUtf8(text)) << "cut inside a character";
}

// Each proper prefix of a document that is an object is no document, and none of them may crash.
class TruncationTest : public testing::TestWithParam<const char*> {};

TEST_P(TruncationTest, RefusesTheSampleCutAtEveryByte) {
  std::ifstream file(std::string(TASKGATEWAY_SOURCE_DIR) + "/adapters/" + GetParam() + "/testdata/sample.json");
  std::stringstream content;
  content << file.rdbuf();
  std::string sample = content.str();
  sample.resize(sample.find_last_of('}') + 1);
  ASSERT_GT(sample.size(), 500U);
  for (std::size_t size = 0; size < sample.size(); ++size) {
    EXPECT_EQ(CodeOf(sample.substr(0, size)), absl::StatusCode::kInvalidArgument) << size;
  }
  EXPECT_EQ(CodeOf(sample), absl::StatusCode::kOk);
}

INSTANTIATE_TEST_SUITE_P(Samples, TruncationTest, testing::Values("cloud_control", "service_catalog"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace taskgateway::core
