// ToRpcStatus for statuses that the catalogue did not make, or that carry more than it would give them.
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"
#include "adapters/core/status_detail.h"

namespace taskgateway::core {
namespace {

template <typename Detail>
void Attach(const Detail& detail, absl::Status* status) {
  status->SetPayload(TypeUrl<Detail>(), absl::Cord(Serialized(detail)));
}

TEST(ToRpcStatusTest, OkIsEmpty) {
  const google::rpc::Status rpc = ToRpcStatus(absl::OkStatus());
  EXPECT_EQ(rpc.ByteSizeLong(), 0U);
}

TEST(ToRpcStatusTest, KeepsCodeMessageAndEveryDetail) {
  const google::rpc::Status rpc = ToRpcStatus(BudgetExhausted("sources/a:GetTask", absl::Seconds(2)));
  EXPECT_EQ(rpc.code(), 8);
  EXPECT_FALSE(rpc.message().empty());
  ASSERT_EQ(rpc.details_size(), 3);
  EXPECT_TRUE(rpc.details(0).Is<google::rpc::ErrorInfo>());
  EXPECT_TRUE(rpc.details(1).Is<google::rpc::RetryInfo>());
  EXPECT_TRUE(rpc.details(2).Is<google::rpc::QuotaFailure>());
}

TEST(ToRpcStatusTest, AStatusFromElsewhereGetsAReasonAndADelayAllTheSame) {
  const google::rpc::Status rpc = ToRpcStatus(absl::UnavailableError("x"));
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(rpc.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "UNAVAILABLE");
  EXPECT_EQ(info.domain(), kDomain);
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(rpc.details(1).UnpackTo(&retry));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(ToRpcStatus(absl::InternalError("x")).details_size(), 1);
}

TEST(ToRpcStatusTest, DropsTheOtherDetailsBeforeErrorInfoAndRetryInfo) {
  absl::Status status = QueueFull("s", absl::Seconds(7));
  google::rpc::LocalizedMessage large;
  large.set_message(std::string(10'000, 'x'));
  Attach(large, &status);
  const google::rpc::Status rpc = ToRpcStatus(status);
  EXPECT_LE(rpc.ByteSizeLong(), 4096U);
  ASSERT_EQ(rpc.details_size(), 3) << "only the large one is dropped";
  EXPECT_TRUE(rpc.details(2).Is<google::rpc::QuotaFailure>());
}

TEST(ToRpcStatusTest, CutsTheValuesOfErrorInfoThenDropsKeysButNeverIt) {
  for (const int keys : {1, 10, 1000}) {
    google::rpc::ErrorInfo info;
    info.set_reason("REASON");
    info.set_domain("domain");
    for (int i = 0; i < keys; ++i) (*info.mutable_metadata())[absl::StrCat("key", i)] = std::string(5000, 'v');
    absl::Status status = absl::UnavailableError("x");
    Attach(info, &status);
    const google::rpc::Status rpc = ToRpcStatus(status);
    EXPECT_LE(rpc.ByteSizeLong(), 4096U);
    google::rpc::ErrorInfo sent;
    ASSERT_TRUE(rpc.details(0).UnpackTo(&sent));
    EXPECT_EQ(sent.reason(), "REASON");
    EXPECT_GE(sent.metadata().size(), keys == 1000 ? 50U : static_cast<std::size_t>(keys));
    EXPECT_TRUE(rpc.details(1).Is<google::rpc::RetryInfo>());
  }
}

TEST(ToRpcStatusTest, TheSameStatusGivesTheSameBytes) {
  const UpstreamError error{
      .host = "h", .http_status = 429, .code = "c", .message = "m", .request_id = "r", .ram_action = "a"};
  const std::string first = Serialized(ToRpcStatus(UpstreamThrottled(error, absl::Seconds(1))));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Serialized(ToRpcStatus(UpstreamThrottled(error, absl::Seconds(1)))), first);
}

TEST(ToRpcStatusTest, CutsAMessageByItsEncodedLength) {
  const auto length = [](const std::string& text) { return ToRpcStatus(absl::InternalError(text)).message().size(); };
  EXPECT_EQ(length(std::string(512, 'a')), 512U);
  EXPECT_EQ(length(std::string(600, 'a')), 512U);
  EXPECT_EQ(length(std::string(600, '%')), 170U);
  std::string chinese;
  for (int i = 0; i < 200; ++i) chinese += "\xE4\xB8\xAD";
  EXPECT_EQ(length(chinese), 168U) << "56 characters of 9 encoded bytes";
}

TEST(CleanTextTest, MakesOneLineOfAnyText) {
  EXPECT_EQ(CleanText("", 10), "");
  EXPECT_EQ(CleanText(" \r\n\t ", 10), "");
  EXPECT_EQ(CleanText(" a\r\n  b\x7F"
                      "c ",
                      10),
            "a b c");
  EXPECT_EQ(CleanText("a\xC2\x9F"
                      "b\xC2\xA0",
                      10),
            "a b\xC2\xA0");
  EXPECT_EQ(CleanText("a\xFF", 10), "a\xEF\xBF\xBD");
}

TEST(CleanTextTest, MarksACut) {
  EXPECT_EQ(CleanText("0123456789", 10), "0123456789");
  EXPECT_EQ(CleanText("0123456789a", 10), "0123456...");
  EXPECT_EQ(CleanText("\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD", 10), "\xE4\xB8\xAD\xE4\xB8\xAD...");
  EXPECT_EQ(CleanText(std::string(1000, ' ') + "x", 10), "...");
}

}  // namespace
}  // namespace taskgateway::core
