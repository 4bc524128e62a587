#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"
#include "adapters/core/utf8.h"

namespace taskgateway::core {
namespace {

using testing::HasSubstr;

constexpr std::string_view kName = "sources/cc/tasks/task-1";

UpstreamError Error(std::string_view text) {
  return {.host = text, .http_status = 400, .code = text, .message = text, .request_id = text, .ram_action = text};
}

// One function of the catalogue, with every text that it takes set to the same one.
struct Entry {
  const char* reason;
  absl::StatusCode code;
  const char* details;  // beside ErrorInfo, as full names behind google.rpc., sorted
  const char* remedy;   // a part of the message
  std::function<absl::Status(std::string_view)> make;
};

const std::vector<Entry>& Catalogue() {
  static constexpr absl::Duration kDelay = absl::Seconds(3);
  using Code = absl::StatusCode;
  using Text = std::string_view;
  static const auto* const catalogue = new std::vector<Entry>{
      {"TASK_NOT_FOUND", Code::kNotFound, "ResourceInfo", "check the task id",
       [](Text t) { return TaskNotFound(t, Error(t)); }},
      {"TASK_NOT_FOUND", Code::kNotFound, "ResourceInfo", "ListSources",
       [](Text t) { return TaskNotFoundAnywhere(t); }},
      {"PRODUCT_NOT_FOUND", Code::kNotFound, "ResourceInfo", "check its id",
       [](Text t) { return ProductNotFound(t, Error(t)); }},
      {"TASK_NOT_YET_CREATED", Code::kNotFound, "ResourceInfo", "WaitTask",
       [](Text t) { return TaskNotYetCreated(t); }},
      {"SOURCE_NOT_FOUND", Code::kNotFound, "ResourceInfo", "ListSources", [](Text t) { return SourceNotFound(t); }},
      {"UPSTREAM_THROTTLED", Code::kResourceExhausted, "QuotaFailure,RetryInfo", "ask again after",
       [](Text t) { return UpstreamThrottled(Error(t), kDelay); }},
      {"BUDGET_EXHAUSTED", Code::kResourceExhausted, "QuotaFailure,RetryInfo", "ask again after",
       [](Text t) { return BudgetExhausted(t, kDelay); }},
      {"TOO_MANY_CALLS", Code::kResourceExhausted, "QuotaFailure,RetryInfo", "ask again after",
       [](Text) { return TooManyCalls(); }},
      {"QUEUE_FULL", Code::kResourceExhausted, "QuotaFailure,RetryInfo", "ask again after",
       [](Text t) { return QueueFull(t, kDelay); }},
      {"UPSTREAM_UNREACHABLE", Code::kUnavailable, "RetryInfo", "ask again after",
       [](Text t) { return UpstreamUnavailable("UPSTREAM_UNREACHABLE", Error(t), kDelay); }},
      {"UPSTREAM_INCOMPLETE", Code::kUnavailable, "RetryInfo", "ask again after",
       [](Text t) { return UpstreamUnavailable("UPSTREAM_INCOMPLETE", Error(t), kDelay); }},
      {"UPSTREAM_PERMISSION_DENIED", Code::kPermissionDenied, "", "grant it",
       [](Text t) { return UpstreamPermissionDenied(Error(t)); }},
      {"UPSTREAM_CREDENTIALS_REJECTED", Code::kFailedPrecondition, "", "keys",
       [](Text t) { return UpstreamCredentialsRejected(Error(t)); }},
      {"UPSTREAM_MISCONFIGURED", Code::kFailedPrecondition, "", "endpoint",
       [](Text t) { return UpstreamMisconfigured(Error(t)); }},
      {"TASK_ALREADY_DONE", Code::kFailedPrecondition, "PreconditionFailure", "GetTask",
       [](Text t) { return TaskAlreadyDone(t, Error(t)); }},
      {"TASK_ID_AMBIGUOUS", Code::kFailedPrecondition, "", "ask for one of",
       [](Text t) { return TaskIdAmbiguous(t, std::vector<std::string>(9, std::string(t))); }},
      {"UPSTREAM_REJECTED", Code::kUnknown, "", "error list", [](Text t) { return UpstreamRejected(Error(t)); }},
      {"INVALID_ARGUMENT", Code::kInvalidArgument, "BadRequest", "", [](Text t) { return InvalidField(t, t); }},
      {"CANCEL_UNSUPPORTED_BY_SOURCE", Code::kUnimplemented, "", "ListSources",
       [](Text t) { return Unsupported("CANCEL_UNSUPPORTED_BY_SOURCE", t); }},
      {"LIST_UNSUPPORTED_BY_SOURCE", Code::kUnimplemented, "", "ListSources",
       [](Text t) { return Unsupported("LIST_UNSUPPORTED_BY_SOURCE", t); }},
      {"DELETE_UNSUPPORTED", Code::kUnimplemented, "", "upstream", [](Text) { return DeleteUnsupported(); }},
      {"DEADLINE_EXCEEDED", Code::kDeadlineExceeded, "", "longer", [](Text t) { return DeadlinePassed(t); }},
      {"SHUTTING_DOWN", Code::kUnavailable, "RetryInfo", "ask again", [](Text) { return ShuttingDown(); }},
      {"INTERNAL", Code::kInternal, "", "report it", [](Text t) { return Internal(t); }},
  };
  return *catalogue;
}

// The names of the details beside ErrorInfo, sorted.
std::string DetailsOf(const absl::Status& status) {
  std::vector<std::string> names;
  status.ForEachPayload([&names](absl::string_view url, const absl::Cord&) {
    const std::string name(url.substr(url.rfind('.') + 1));
    if (name != "ErrorInfo") names.push_back(name);
  });
  std::sort(names.begin(), names.end());
  std::string joined;
  for (const std::string& name : names) absl::StrAppend(&joined, joined.empty() ? "" : ",", name);
  return joined;
}

std::size_t PercentEncodedBytes(std::string_view text) {
  std::size_t bytes = 0;
  for (const char c : text) bytes += c >= 0x20 && c <= 0x7e && c != '%' ? 1 : 3;
  return bytes;
}

TEST(StatusCatalogueTest, EachFailureHasItsCodeReasonDetailsAndRemedy) {
  for (const Entry& entry : Catalogue()) {
    const absl::Status status = entry.make(kName);
    EXPECT_EQ(status.code(), entry.code) << entry.reason;
    EXPECT_EQ(ReasonOf(status), entry.reason);
    EXPECT_EQ(DetailsOf(status), entry.details) << entry.reason;
    EXPECT_THAT(std::string(status.message()), HasSubstr(entry.remedy)) << entry.reason;
  }
}

// Whatever the outside world says: the status fits, and what clients act on is in it.
TEST(StatusCatalogueTest, NoTextMakesAStatusTooLargeOrUnfitToSend) {
  std::string chinese;
  while (chinese.size() < 1'000'000) chinese += "\xE4\xB8\xAD\xE6\x96\x87";
  std::string controls;
  while (controls.size() < 1'000'000) controls += static_cast<char>(controls.size() % 32);
  const std::string texts[] = {"",
                               chinese,
                               "x" + chinese,
                               controls,
                               std::string(1'000'000, 'a'),
                               std::string(1'000'000, '%'),
                               "\r\n",
                               std::string(1'000'000, '\x80'),
                               std::string(1'000'000, '\xFF'),
                               std::string("\0", 1),
                               "\xC2\x85 c1"};
  for (const std::string& text : texts) {
    for (const Entry& entry : Catalogue()) {
      SCOPED_TRACE(absl::StrCat(entry.reason, " of ", text.size(), " bytes"));
      const absl::Status status = entry.make(text);
      const google::rpc::Status rpc = ToRpcStatus(status);
      EXPECT_LE(PercentEncodedBytes(rpc.message()), 512U);
      EXPECT_LE(rpc.ByteSizeLong(), 4096U);
      EXPECT_TRUE(IsUtf8(rpc.message()));
      for (const char c : rpc.message()) EXPECT_FALSE((c >= 0 && c < 0x20) || c == 0x7F) << static_cast<int>(c);

      ASSERT_GE(rpc.details_size(), 1);
      google::rpc::ErrorInfo info;
      ASSERT_TRUE(rpc.details(0).UnpackTo(&info));
      EXPECT_EQ(info.reason(), entry.reason);
      EXPECT_FALSE(info.domain().empty());
      const bool again =
          status.code() == absl::StatusCode::kUnavailable || status.code() == absl::StatusCode::kResourceExhausted;
      google::rpc::RetryInfo retry;
      EXPECT_EQ(rpc.details_size() > 1 && rpc.details(1).UnpackTo(&retry), again);
      EXPECT_EQ(RetryDelayOf(status) > absl::ZeroDuration(), again);
    }
  }
}

TEST(StatusCatalogueTest, UpstreamErrorsTellWhatTheUpstreamSaid) {
  const absl::Status status = UpstreamRejected({.host = "cloudcontrol.aliyuncs.com",
                                                .http_status = 400,
                                                .code = "InvalidParameter",
                                                .message = "line one\n  line two\t",
                                                .request_id = "R1"});
  EXPECT_THAT(std::string(status.message()), HasSubstr("(HTTP 400 InvalidParameter: line one line two)"));
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(ToRpcStatus(status).details(0).UnpackTo(&info));
  EXPECT_EQ(info.domain(), "cloudcontrol.aliyuncs.com");
  EXPECT_EQ(info.metadata().at("source_code"), "InvalidParameter");
  EXPECT_EQ(info.metadata().at("http_status"), "400");
  EXPECT_EQ(info.metadata().at("request_id"), "R1");
  EXPECT_EQ(info.metadata().size(), 3U) << "what is empty is left out";
}

TEST(StatusCatalogueTest, OurOwnErrorsHaveOurDomain) {
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(ToRpcStatus(SourceNotFound("x")).details(0).UnpackTo(&info));
  EXPECT_EQ(info.domain(), kDomain);
}

TEST(StatusCatalogueTest, AnAmbiguousIdNamesItsCandidates) {
  const absl::Status status = TaskIdAmbiguous("sources/-/tasks/t", {"sources/a/tasks/t", "sources/b/tasks/t"});
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(ToRpcStatus(status).details(0).UnpackTo(&info));
  EXPECT_EQ(info.metadata().at("candidates"), "sources/a/tasks/t, sources/b/tasks/t");
  EXPECT_THAT(std::string(status.message()), HasSubstr("sources/a/tasks/t, sources/b/tasks/t"));
}

TEST(StatusCatalogueTest, RetryDelaysAreKeptOrOneSecondAndNeverLongerThanAnHour) {
  EXPECT_EQ(RetryDelayOf(QueueFull("s", absl::Milliseconds(1500))), absl::Milliseconds(1500));
  EXPECT_EQ(RetryDelayOf(QueueFull("s", absl::ZeroDuration())), absl::Seconds(1));
  EXPECT_EQ(RetryDelayOf(QueueFull("s", -absl::InfiniteDuration())), absl::Seconds(1));
  EXPECT_EQ(RetryDelayOf(QueueFull("s", absl::Nanoseconds(1))), absl::Milliseconds(1));
  EXPECT_EQ(RetryDelayOf(QueueFull("s", absl::InfiniteDuration())), absl::Hours(1));
  EXPECT_EQ(RetryDelayOf(Internal("x")), absl::ZeroDuration());
}

}  // namespace
}  // namespace taskgateway::core
