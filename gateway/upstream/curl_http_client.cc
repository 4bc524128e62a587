#include "gateway/upstream/curl_http_client.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <utility>

#include "gateway/upstream/curl_exchange.h"
#include "gateway/upstream/sendable_request.h"

namespace taskgateway::upstream {
namespace {

// Slower than this, on average, is not a reply that goes on.
constexpr double kMinBytesPerSecond = 1024;
// How often a reply that barely keeps up is looked at.
constexpr absl::Duration kLookInterval = absl::Seconds(1);

// libcurl fails here only for want of memory or for a bug of ours.
void Check(CURLMcode code) {
  if (code != CURLM_OK) std::abort();
}

CURLSH* NewSessions() {
  // Once a process; thread-safe here, and in libcurl since 7.84.
  static const CURLcode kInitialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLSH* const sessions = kInitialized == CURLE_OK ? curl_share_init() : nullptr;
  // Without locks: one thread uses it.
  if (curl_share_setopt(sessions, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) != CURLSHE_OK) std::abort();
  return sessions;
}

}  // namespace

absl::Duration NextLook(const TransferLimits& limits, absl::Duration elapsed, std::int64_t received_bytes) {
  if (elapsed < limits.attempt_timeout) return limits.attempt_timeout;
  // Without another byte the average rate falls short then.
  const absl::Duration falls_short = absl::Seconds(static_cast<double>(received_bytes) / kMinBytesPerSecond);
  if (falls_short <= elapsed) return elapsed;
  return std::min(std::max(falls_short, elapsed + kLookInterval), limits.large_reply_timeout);
}

// One that libcurl works on, or the means for one.
struct CurlHttpClient::Transfer {
  Transfer(CURLSH* sessions, const std::string& user_agent) : exchange(sessions, user_agent, this) {}

  CurlExchange exchange;
  TransferId id = 0;
  TransferLimits limits;
  Done done;
  absl::Duration started;    // Uptime
  absl::Duration next_look;  // Uptime
  std::size_t place = 0;     // in active_
};

CurlHttpClient::CurlHttpClient(const base::Clock& clock, Options options)
    : clock_(clock), options_(std::move(options)), sessions_(NewSessions()), multi_(curl_multi_init()) {
  if (multi_ == nullptr) std::abort();
  Check(curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.max_transfers)));
}

CurlHttpClient::~CurlHttpClient() {
  // Destroyed last: what a `done` owns may call back.
  std::vector<Done> dropped;
  const auto waiting = std::exchange(waiting_, {});
  const auto ended = std::exchange(ended_, {});
  while (!active_.empty()) dropped.push_back(Release(*active_.back()));
  idle_.clear();
  curl_multi_cleanup(multi_);
  curl_share_cleanup(sessions_);
}

HttpClient::TransferId CurlHttpClient::Start(const Endpoint& endpoint, MakeRequest make, const TransferLimits& limits,
                                             Done done) {
  const TransferId id = next_id_++;
  waiting_.push_back({id, &endpoint, std::move(make), limits, std::move(done)});
  return id;
}

void CurlHttpClient::LaunchWaiting() {
  const std::size_t count = std::min(waiting_.size(), options_.max_transfers - active_.size());
  made_.clear();
  for (std::size_t i = 0; i < count; ++i) made_.push_back(waiting_[i].make());
  const absl::Duration now = clock_.Uptime();
  for (std::size_t i = 0; i < count; ++i) {
    Launch(waiting_.front(), std::move(made_[i]), now);
    waiting_.pop_front();
  }
}

void CurlHttpClient::Launch(Waiting& waiting, core::HttpRequest request, absl::Duration now) {
  if (const char* why = WhyUnsendable(request)) {
    TransferResult result;
    result.error = TransferError::kUnreachable;
    result.detail = why;
    result.surely_not_sent = true;
    ended_.push_back({waiting.id, std::move(result), std::move(waiting.done)});
    return;
  }
  if (idle_.empty()) idle_.push_back(std::make_unique<Transfer>(sessions_, options_.user_agent));
  std::unique_ptr<Transfer> transfer = std::move(idle_.back());
  idle_.pop_back();
  transfer->exchange.Prepare(*waiting.endpoint, std::move(request), waiting.limits);
  transfer->id = waiting.id;
  transfer->limits = waiting.limits;
  transfer->done = std::move(waiting.done);
  transfer->started = now;
  transfer->next_look = transfer->started + NextLook(waiting.limits, absl::ZeroDuration(), 0);
  next_look_ = std::min(next_look_, transfer->next_look);
  transfer->place = active_.size();
  Check(curl_multi_add_handle(multi_, transfer->exchange.easy()));
  active_.push_back(std::move(transfer));
}

void CurlHttpClient::Abort(TransferId id) {
  // Destroyed last, as in the destructor.
  Done dropped;
  MakeRequest unmade;
  const auto is_it = [id](const auto& transfer) { return transfer.id == id; };
  if (const auto waiting = std::ranges::find_if(waiting_, is_it); waiting != waiting_.end()) {
    dropped = std::move(waiting->done);
    unmade = std::move(waiting->make);
    waiting_.erase(waiting);
  } else if (const auto ended = std::ranges::find_if(ended_, is_it); ended != ended_.end()) {
    dropped = std::move(ended->done);
    ended_.erase(ended);
  } else {
    const auto active = std::find_if(active_.begin(), active_.end(), [&](const auto& at) { return is_it(*at); });
    if (active != active_.end()) dropped = Release(**active);
  }
}

void CurlHttpClient::Wake() { Check(curl_multi_wakeup(multi_)); }

// Each round does one thing to all transfers before the next: what is done often in a row is done with warm caches.
void CurlHttpClient::Wait(absl::Duration timeout) {
  const std::size_t before = active_.size();
  LaunchWaiting();
  // What was launched is sent before anything else; libcurl looks at every socket then, so there is no need to poll
  // first.
  if (active_.size() == before && ended_.empty()) Sleep(timeout);
  if (!active_.empty()) {
    int running;
    Check(curl_multi_perform(multi_, &running));
    CollectReplies();
    CheckLimits();
  }
  Deliver();
}

void CurlHttpClient::Sleep(absl::Duration timeout) {
  if (active_.empty()) {
    if (timeout <= absl::ZeroDuration()) return;
  } else {
    timeout = std::min(timeout, next_look_ - clock_.Uptime());
  }
  // Rounded up, or the loop would spin through a timer's last millisecond.
  const std::int64_t milliseconds = absl::ToInt64Milliseconds(absl::Ceil(timeout, absl::Milliseconds(1)));
  Check(curl_multi_poll(multi_, nullptr, 0, static_cast<int>(std::clamp<std::int64_t>(milliseconds, 0, INT_MAX)),
                        nullptr));
}

void CurlHttpClient::CollectReplies() {
  int left;
  while (const CURLMsg* const message = curl_multi_info_read(multi_, &left)) {
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    End(*transfer, transfer->exchange.Finish(message->data.result));
  }
}

void CurlHttpClient::CheckLimits() {
  const absl::Duration now = clock_.Uptime();
  if (now < next_look_) return;
  std::vector<Transfer*> late;
  next_look_ = absl::InfiniteDuration();
  for (const std::unique_ptr<Transfer>& transfer : active_) {
    if (transfer->next_look <= now) {
      transfer->next_look =
          transfer->started + NextLook(transfer->limits, now - transfer->started, transfer->exchange.received_bytes());
    }
    if (transfer->next_look <= now) {
      late.push_back(transfer.get());
    } else {
      next_look_ = std::min(next_look_, transfer->next_look);
    }
  }
  for (Transfer* const transfer : late) End(*transfer, transfer->exchange.GiveUp(now - transfer->started));
}

void CurlHttpClient::Deliver() {
  // A `done` may abort some that are still to come.
  while (!ended_.empty()) {
    Ended ended = std::move(ended_.front());
    ended_.pop_front();
    ended.done(std::move(ended.result));
  }
}

void CurlHttpClient::End(Transfer& transfer, TransferResult result) {
  const TransferId id = transfer.id;
  ended_.push_back({id, std::move(result), Release(transfer)});
}

// Makes the transfer an idle one and hands back its `done`.
HttpClient::Done CurlHttpClient::Release(Transfer& transfer) {
  Check(curl_multi_remove_handle(multi_, transfer.exchange.easy()));
  transfer.exchange.Drop();
  Done done = std::exchange(transfer.done, nullptr);
  const std::size_t place = transfer.place;
  active_.back()->place = place;
  std::swap(active_[place], active_.back());
  idle_.push_back(std::move(active_.back()));
  active_.pop_back();
  return done;
}

}  // namespace taskgateway::upstream
