// The pure rules of CurlHttpClient: what libcurl's codes mean, and when a transfer has had its time.
#include "gateway/upstream/curl_exchange.h"
#include "gateway/upstream/curl_http_client.h"
#include "gtest/gtest.h"

namespace taskgateway::upstream {
namespace {

TEST(CurlHttpClientRules, ClassifiesHowATransferEnded) {
  struct Case {
    CURLcode code;
    bool sent;
    bool replied;
    TransferError error;
  };
  const Case cases[] = {
      {CURLE_OK, true, true, TransferError::kNone},
      {CURLE_COULDNT_RESOLVE_HOST, false, false, TransferError::kUnreachable},
      {CURLE_COULDNT_CONNECT, false, false, TransferError::kUnreachable},
      {CURLE_SSL_CONNECT_ERROR, false, false, TransferError::kUnreachable},
      {CURLE_PEER_FAILED_VERIFICATION, false, false, TransferError::kUnreachable},
      {CURLE_SSL_CACERT_BADFILE, false, false, TransferError::kUnreachable},
      {CURLE_UNSUPPORTED_PROTOCOL, false, false, TransferError::kUnreachable},
      {CURLE_OPERATION_TIMEDOUT, false, false, TransferError::kTimeout},
      {CURLE_SEND_ERROR, true, false, TransferError::kUnreachable},
      {CURLE_RECV_ERROR, true, false, TransferError::kUnreachable},
      {CURLE_GOT_NOTHING, true, false, TransferError::kUnreachable},
      {CURLE_HTTP2, true, false, TransferError::kUnreachable},
      {CURLE_HTTP2_STREAM, true, false, TransferError::kUnreachable},
      {CURLE_UNSUPPORTED_PROTOCOL, true, false, TransferError::kBrokenReply},
      {CURLE_WEIRD_SERVER_REPLY, true, false, TransferError::kBrokenReply},
      {CURLE_RECV_ERROR, true, true, TransferError::kBrokenReply},
      {CURLE_PARTIAL_FILE, true, true, TransferError::kBrokenReply},
      {CURLE_BAD_CONTENT_ENCODING, true, true, TransferError::kBrokenReply},
      {CURLE_HTTP2_STREAM, true, true, TransferError::kBrokenReply},
      {CURLE_FILESIZE_EXCEEDED, true, true, TransferError::kTooLarge},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(ClassifyTransfer(c.code, c.sent, c.replied), c.error) << curl_easy_strerror(c.code) << ' ' << c.replied;
  }
}

// The limits are 10 s, and 60 s for a reply that comes at 1 KiB/s or more.
TEST(CurlHttpClientRules, AReplyGoesOnWhileItsAverageRateHolds) {
  constexpr std::int64_t kKiB = 1024;
  struct Case {
    absl::Duration elapsed;
    std::int64_t received_bytes;
    absl::Duration next_look;  // not after `elapsed`: give up
  };
  const Case cases[] = {
      {absl::ZeroDuration(), 0, absl::Seconds(10)},
      {absl::Seconds(9), 500 * kKiB, absl::Seconds(10)},
      {absl::Seconds(10), 0, absl::Seconds(10)},
      {absl::Seconds(10), 10 * kKiB, absl::Seconds(10)},
      {absl::Seconds(10), 12 * kKiB, absl::Seconds(12)},      // when the rate would fall short
      {absl::Seconds(10), 10 * kKiB + 1, absl::Seconds(11)},  // but not more often than each second
      {absl::Seconds(12), 12 * kKiB, absl::Seconds(12)},
      {absl::Seconds(12), 40 * kKiB, absl::Seconds(40)},
      {absl::Seconds(10), 9000 * kKiB, absl::Seconds(60)},
      {absl::Seconds(60), 9000 * kKiB, absl::Seconds(60)},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(NextLook(TransferLimits{}, c.elapsed, c.received_bytes), c.next_look)
        << c.elapsed << ' ' << c.received_bytes;
  }
}

}  // namespace
}  // namespace taskgateway::upstream
