// Replies that are compressed, too large, broken or slow.
#include <zlib.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/unit/upstream/curl_http_client_fixture.h"

namespace taskgateway::upstream {
namespace {

using Connection = ScriptedServer::Connection;

std::string Gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string bytes(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  bytes.resize(stream.total_out);
  deflateEnd(&stream);
  return bytes;
}

constexpr char kGzipped[] = "Content-Encoding: gzip\r\n";

class CurlHttpClientReplyTest : public CurlHttpClientTest {
 protected:
  // What becomes of `bytes`, after which the server closes the connection.
  TransferResult Receive(const std::string& bytes) {
    const auto server = Serve([&bytes](Connection& connection) {
      connection.ReadRequest();
      connection.Send(bytes);
    });
    return Exchange(server->endpoint(), Get());
  }
};

TEST_F(CurlHttpClientReplyTest, GzipIsUndone) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i);
  const TransferResult result = Receive(HttpReply(Gzip(text), "200 OK", kGzipped));
  EXPECT_EQ(result.error, TransferError::kNone) << result.detail;
  EXPECT_TRUE(result.response.body == text);
}

TEST_F(CurlHttpClientReplyTest, TheCapCountsDecodedBytes) {
  limits_.max_body_bytes = 1'000'000;
  const std::string at_cap(1'000'000, 'x');
  EXPECT_EQ(Receive(HttpReply(Gzip(at_cap), "200 OK", kGzipped)).response.body.size(), 1'000'000u);

  const std::string bomb = Gzip(std::string(50'000'000, 'x'));
  ASSERT_LT(bomb.size(), limits_.max_body_bytes);
  const TransferResult result = Receive(HttpReply(bomb, "200 OK", kGzipped));
  EXPECT_EQ(result.error, TransferError::kTooLarge);
  EXPECT_EQ(result.detail, "the reply is over 1000000 bytes");
  EXPECT_EQ(result.response.body, "");
}

TEST_F(CurlHttpClientReplyTest, AnAnnouncedLengthOverTheCapIsRefusedBeforeTheBody) {
  limits_.max_body_bytes = 1000;
  const auto server = Serve([](Connection& connection) {
    connection.ReadRequest();
    connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n");
    connection.AwaitClose();
  });
  EXPECT_EQ(Exchange(server->endpoint(), Get()).error, TransferError::kTooLarge);
}

// One handle after the other request, whichever endpoint it is for.
TEST_F(CurlHttpClientReplyTest, EachRequestHasItsOwnCap) {
  const auto one = Serve(ScriptedServer::Always(HttpReply(std::string(2000, 'x'))));
  const auto other = Serve(ScriptedServer::Always(HttpReply(std::string(2000, 'y'))));
  const Endpoint endpoints[] = {one->endpoint(), other->endpoint()};
  for (const auto& [endpoint, cap] : {std::pair(0, 5000), {0, 1000}, {0, 5000}, {1, 5000}, {1, 1000}, {0, 1000}}) {
    limits_.max_body_bytes = static_cast<std::size_t>(cap);
    const TransferResult result = Exchange(endpoints[endpoint], Get());
    EXPECT_EQ(result.error, cap == 1000 ? TransferError::kTooLarge : TransferError::kNone) << endpoint << ' ' << cap;
    EXPECT_EQ(result.response.body.size(), cap == 1000 ? 0U : 2000U);
  }
}

TEST_F(CurlHttpClientReplyTest, AReplyWithoutLengthIsCutOffAtTheCap) {
  limits_.max_body_bytes = 1000;
  const std::string start = "HTTP/1.1 200 OK\r\n\r\n";
  EXPECT_EQ(Receive(start + std::string(1000, 'x')).response.body.size(), 1000u);
  EXPECT_EQ(Receive(start + std::string(1001, 'x')).error, TransferError::kTooLarge);
}

TEST_F(CurlHttpClientReplyTest, ABrokenReplyIsToldFromAnUnreachableUpstream) {
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string gzip = Gzip(std::string(10'000, 'x'));
  const struct {
    const char* what;
    std::string bytes;
  } cases[] = {
      {"cut body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123"},
      {"cut header", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nx-a"},
      {"cut chunk", chunked + "a\r\n123"},
      {"missing last chunk", chunked + "3\r\nabc\r\n"},
      {"chunk size that is no number", chunked + "xyz\r\nabc\r\n0\r\n\r\n"},
      {"not gzip", HttpReply("plain", "200 OK", kGzipped)},
      {"damaged gzip", HttpReply(gzip.substr(0, 12) + "\xff\xff\xff\xff" + gzip.substr(16), "200 OK", kGzipped)},
      {"unknown encoding", HttpReply("plain", "200 OK", "Content-Encoding: zip\r\n")},
      {"not HTTP", "SSH-2.0-OpenSSH_9.2\r\n"},
      {"not HTTP, and long", std::string(100'000, 'x')},
      {"NUL in a header", std::string("HTTP/1.1 200 OK\r\nx-a: \0\r\n\r\n", 28)},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n123"},
      {"endless header", absl::StrCat("HTTP/1.1 200 OK\r\nx-a: ", std::string(70'000, 'x'), "\r\n\r\n")},
  };
  for (const auto& c : cases) {
    const TransferResult result = Receive(c.bytes);
    EXPECT_EQ(result.error, TransferError::kBrokenReply) << c.what << ": " << result.detail;
    EXPECT_NE(result.detail, "") << c.what;
    EXPECT_FALSE(result.surely_not_sent) << c.what;
  }
}

TEST_F(CurlHttpClientReplyTest, ManyHeadersOrInterimRepliesAreCutOff) {
  std::string headers = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 20'000; ++i) headers += "a: b\r\n";
  std::string interim;
  for (int i = 0; i < 5'000; ++i) interim += "HTTP/1.1 103 Early Hints\r\n\r\n";
  for (const std::string& bytes : {headers, interim}) {
    const TransferResult result = Receive(bytes);
    EXPECT_EQ(result.error, TransferError::kBrokenReply);
    EXPECT_EQ(result.detail, "the reply's header is over 65536 bytes");
  }
}

TEST_F(CurlHttpClientReplyTest, NoReplyWithinTheAttemptTimeoutIsATimeout) {
  const auto server = Serve([](Connection& connection) {
    connection.ReadRequest();
    connection.AwaitClose();
  });
  const Endpoint endpoint = server->endpoint();
  const Pending pending = Start(endpoint, Get());
  RunUntil([&] { return !server->requests().empty(); });
  clock_.Advance(absl::Milliseconds(9999));
  RunRounds();
  EXPECT_FALSE(pending->has_value());
  clock_.Advance(absl::Milliseconds(1));
  RunRounds();
  ASSERT_TRUE(pending->has_value());
  EXPECT_EQ((*pending)->error, TransferError::kTimeout);
  EXPECT_EQ((*pending)->detail, "no whole reply within 10s");
  EXPECT_FALSE((*pending)->surely_not_sent);
}

// A server that sends a header and `first` of a body of 40 KiB, then, when told so, the rest.
class SlowReplyTest : public CurlHttpClientTest {
 protected:
  void SendFirst(std::size_t first) {
    server_ = Serve([this, first](Connection& connection) {
      connection.ReadRequest();
      connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 40960\r\n\r\n" + std::string(first, 'x'));
      base::MutexLock lock(mutex_);
      first_sent_ = true;
      client_->Wake();
      changed_.wait(lock, [this] { return finish_; });
      connection.Send(std::string(40960 - first, 'x'));
    });
    endpoint_ = server_->endpoint();
    pending_ = Start(endpoint_, Get());
    RunUntil([&] {
      base::MutexLock lock(mutex_);
      return first_sent_;
    });
  }
  void Finish() {
    base::MutexLock lock(mutex_);
    finish_ = true;
    changed_.notify_all();
  }
  bool EndsAfter(absl::Duration time) {
    clock_.Advance(time);
    RunRounds();
    return pending_->has_value();
  }
  void TearDown() override {
    Finish();
    server_.reset();
  }

  base::Mutex mutex_;
  base::CondVar changed_;
  bool first_sent_ = false;  // guarded by mutex_
  bool finish_ = false;      // guarded by mutex_
  std::unique_ptr<ScriptedServer> server_;
  Endpoint endpoint_;
  Pending pending_;
};

TEST_F(SlowReplyTest, AReplyThatTricklesIsATimeout) {
  SendFirst(100);
  EXPECT_FALSE(EndsAfter(absl::Seconds(9)));
  EXPECT_TRUE(EndsAfter(absl::Seconds(1)));
  EXPECT_EQ((*pending_)->error, TransferError::kTimeout);
}

TEST_F(SlowReplyTest, AReplyThatFlowsMayFinishLate) {
  SendFirst(12 * 1024);
  EXPECT_FALSE(EndsAfter(absl::Milliseconds(11'900)));
  Finish();
  RunUntil([&] { return pending_->has_value(); });
  EXPECT_EQ((*pending_)->error, TransferError::kNone);
  EXPECT_EQ((*pending_)->response.body.size(), 40960u);
}

TEST_F(SlowReplyTest, AReplyThatFlowedAndStallsIsATimeoutWhenItsAverageRateFallsShort) {
  SendFirst(12 * 1024);
  EXPECT_FALSE(EndsAfter(absl::Seconds(10)));
  EXPECT_FALSE(EndsAfter(absl::Milliseconds(1999)));
  EXPECT_TRUE(EndsAfter(absl::Milliseconds(1)));
  EXPECT_EQ((*pending_)->error, TransferError::kTimeout);
  EXPECT_EQ((*pending_)->detail, "no whole reply within 12s");
}

TEST_F(SlowReplyTest, NoReplyTakesLongerThanTheLargeReplyTimeout) {
  limits_.large_reply_timeout = absl::Seconds(11);
  SendFirst(14 * 1024);
  EXPECT_FALSE(EndsAfter(absl::Seconds(10)));
  EXPECT_TRUE(EndsAfter(absl::Seconds(1)));
  EXPECT_EQ((*pending_)->error, TransferError::kTimeout);
}

}  // namespace
}  // namespace taskgateway::upstream
