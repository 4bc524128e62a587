// A DNS look-up that hangs holds up nobody. This program's getaddrinfo takes the place of the C library's, also in
// libcurl.
#include <curl/curl.h>
#include <dlfcn.h>
#include <netdb.h>

#include <cstring>

#include "tests/unit/upstream/curl_http_client_fixture.h"

namespace taskgateway::upstream {
namespace {

constexpr char kHangingHost[] = "hangs.test";

// What the look-ups of kHangingHost do.
struct HangingLookups {
  base::Mutex mutex;
  base::CondVar changed;
  std::function<void()> on_begin = [] {};
  int begun = 0;
  int ended = 0;
  bool released = false;

  int LookUp() {
    base::MutexLock lock(mutex);
    ++begun;
    on_begin();
    changed.wait(lock, [this] { return released; });
    ++ended;
    changed.notify_all();
    return EAI_AGAIN;
  }
};

// Outlives the look-ups' threads, which nobody joins.
HangingLookups& Lookups() {
  static auto* const lookups = new HangingLookups;
  return *lookups;
}

}  // namespace

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** result) {
  if (node != nullptr && std::strcmp(node, kHangingHost) == 0) return Lookups().LookUp();
  if (node != nullptr && std::strcmp(node, "unknown.test") == 0) return EAI_NONAME;
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
  return next(node, service, hints, result);
}

namespace {

class HangingResolverTest : public CurlHttpClientTest {
 protected:
  void SetUp() override {
    if (curl_version_info(CURLVERSION_NOW)->ares != nullptr) GTEST_SKIP() << "this libcurl does not use getaddrinfo";
    base::MutexLock lock(Lookups().mutex);
    Lookups().begun = Lookups().ended = 0;
    Lookups().released = false;
    Lookups().on_begin = [this] { client_->Wake(); };
  }
  // Lets the look-ups end and waits for them, so that no thread of a test outlives it by much.
  void TearDown() override {
    base::MutexLock lock(Lookups().mutex);
    Lookups().released = true;
    Lookups().changed.notify_all();
    Lookups().changed.wait(lock, [] { return Lookups().ended == Lookups().begun; });
  }
  HttpClient::TransferId StartHanging() {
    const HttpClient::TransferId id =
        Start(endpoint_, Get(), [](const TransferResult& result) { ADD_FAILURE() << "done: " << result.detail; });
    RunUntil([] {
      base::MutexLock lock(Lookups().mutex);
      return Lookups().begun > 0;
    });
    return id;
  }
  static bool StillHanging() {
    base::MutexLock lock(Lookups().mutex);
    return Lookups().begun == 1 && Lookups().ended == 0;
  }

  const Endpoint endpoint_{.url = "http://hangs.test:1", .host = "hangs.test:1", .ca_file = ""};
};

TEST_F(HangingResolverTest, AbortDoesNotWaitForIt) {
  const HttpClient::TransferId id = StartHanging();
  client_->Abort(id);
  EXPECT_TRUE(StillHanging());
}

TEST_F(HangingResolverTest, OtherTransfersGoOn) {
  const auto server = Serve(ScriptedServer::Always(HttpReply("{}")));
  const Endpoint other = server->endpoint();
  const HttpClient::TransferId id = StartHanging();
  EXPECT_EQ(Exchange(other, Get()).error, TransferError::kNone);
  client_->Abort(id);
  EXPECT_EQ(Exchange(other, Get()).error, TransferError::kNone);
  EXPECT_TRUE(StillHanging());
}

TEST_F(HangingResolverTest, DestroyingTheClientDoesNotWaitForIt) {
  StartHanging();
  client_.reset();
  EXPECT_TRUE(StillHanging());
}

TEST_F(HangingResolverTest, TheAttemptTimeoutDoesNotWaitForItAndMeansThatNothingWasSent) {
  std::optional<TransferResult> result;
  Start(endpoint_, Get(), [&](TransferResult r) { result = std::move(r); });
  RunUntil([] {
    base::MutexLock lock(Lookups().mutex);
    return Lookups().begun > 0;
  });
  clock_.Advance(absl::Seconds(10));
  RunRounds();
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->error, TransferError::kTimeout);
  EXPECT_TRUE(result->surely_not_sent);
  EXPECT_TRUE(StillHanging());
}

TEST_F(HangingResolverTest, TheConnectTimeoutCoversIt) {
  limits_.connect_timeout = absl::Milliseconds(50);
  const TransferResult result = Exchange(endpoint_, Get());
  EXPECT_EQ(result.error, TransferError::kTimeout);
  EXPECT_TRUE(result.surely_not_sent);
  EXPECT_TRUE(StillHanging());
}

TEST_F(HangingResolverTest, AnUnknownHostMeansThatNothingWasSent) {
  const Endpoint unknown{.url = "http://unknown.test:1", .host = "unknown.test:1", .ca_file = ""};
  const TransferResult result = Exchange(unknown, Get());
  EXPECT_EQ(result.error, TransferError::kUnreachable);
  EXPECT_TRUE(result.surely_not_sent);
}

}  // namespace
}  // namespace taskgateway::upstream
