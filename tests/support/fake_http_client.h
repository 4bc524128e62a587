// An upstream that answers what the test says, when the test says.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gateway/base/event_loop.h"
#include "gateway/upstream/http_client.h"

namespace taskgateway::support {

// A whole reply.
inline upstream::TransferResult HttpReply(int status, std::string body = "", core::HttpHeaders headers = {}) {
  upstream::TransferResult result;
  result.response = {status, std::move(headers), std::move(body)};
  return result;
}

// An exchange that failed.
inline upstream::TransferResult TransferFailure(upstream::TransferError error, bool surely_not_sent = false) {
  upstream::TransferResult result;
  result.error = error;
  result.detail = "as the test says";
  result.surely_not_sent = surely_not_sent;
  return result;
}

// Keeps what is sent and answers it by script, or holds it until Reply or Abort. Belongs to one loop thread.
class FakeHttpClient final : public upstream::HttpClient {
 public:
  // What a script answers, and how long that takes.
  struct ScriptedReply {
    upstream::TransferResult result;
    absl::Duration latency;
  };
  // Answers a request; nothing to hold it.
  using Script = std::function<std::optional<ScriptedReply>(const core::HttpRequest& request)>;

  // What was sent.
  struct Sent {
    TransferId id;
    absl::Duration at;  // Uptime
    std::string url;    // of the endpoint
    core::HttpRequest request;
    upstream::TransferLimits limits;
    bool aborted = false;
  };

  // `loop` outlives the client.
  explicit FakeHttpClient(base::EventLoop& loop) : loop_(loop) {}
  ~FakeHttpClient() override {
    for (const auto& [id, flight] : in_flight_) loop_.Cancel(flight.timer);
  }
  FakeHttpClient(const FakeHttpClient&) = delete;
  FakeHttpClient& operator=(const FakeHttpClient&) = delete;

  TransferId Start(const upstream::Endpoint& endpoint, MakeRequest make, const upstream::TransferLimits& limits,
                   Done done) override {
    const TransferId id = sent_.size() + 1;
    sent_.push_back({id, loop_.Now(), endpoint.url, {}, limits});
    Flight& flight = in_flight_[id];
    flight.done = std::move(done);
    if (makes_later_) {
      flight.make = std::move(make);
      return id;
    }
    sent_.back().request = make();
    std::optional<ScriptedReply> reply = script_ ? script_(sent_.back().request) : std::nullopt;
    if (reply) {
      flight.timer =
          loop_.Schedule(reply->latency, [this, id, result = std::move(reply->result)] { Reply(id, result); });
    }
    return id;
  }

  void Abort(TransferId transfer) override {
    const auto flight = in_flight_.find(transfer);
    if (flight == in_flight_.end()) return;
    loop_.Cancel(flight->second.timer);
    in_flight_.erase(flight);
    sent_[transfer - 1].aborted = true;
  }

  // Requests started from now on are not made, and not answered, before MakeRequests: as if they waited for a place.
  void MakeLater() { makes_later_ = true; }
  void MakeRequests() {
    for (auto& [id, flight] : in_flight_) {
      if (const MakeRequest make = std::exchange(flight.make, nullptr)) sent_[id - 1].request = make();
    }
  }
  // Answers by `script` from now on.
  void SetScript(Script script) { script_ = std::move(script); }
  // Answers everything with the same reply.
  void AnswerAll(upstream::TransferResult result, absl::Duration latency = absl::ZeroDuration()) {
    script_ = [=](const core::HttpRequest&) { return ScriptedReply{result, latency}; };
  }
  // Answers the first requests with these replies, one each, and holds the later ones.
  void AnswerInTurn(std::vector<upstream::TransferResult> results, absl::Duration latency = absl::ZeroDuration()) {
    script_ = [results = std::move(results), latency,
               turn = std::size_t{0}](const core::HttpRequest&) mutable -> std::optional<ScriptedReply> {
      if (turn == results.size()) return std::nullopt;
      return ScriptedReply{results[turn++], latency};
    };
  }

  // Answers a request that is held. False when it has ended.
  bool Reply(TransferId id, const upstream::TransferResult& result) {
    auto flight = in_flight_.extract(id);
    if (flight.empty()) return false;
    loop_.Cancel(flight.mapped().timer);
    flight.mapped().done(result);
    return true;
  }
  // Answers the oldest request that is held. False when there is none.
  bool ReplyOldest(const upstream::TransferResult& result) {
    return !in_flight_.empty() && Reply(in_flight_.begin()->first, result);
  }

  // All that was sent so far, oldest first.
  const std::vector<Sent>& sent() const { return sent_; }
  // How many wait for their answer.
  std::size_t in_flight() const { return in_flight_.size(); }

 private:
  struct Flight {
    Done done;
    MakeRequest make = {};
    base::EventLoop::TimerId timer = base::EventLoop::kNoTimer;
  };

  base::EventLoop& loop_;
  Script script_;
  bool makes_later_ = false;
  std::vector<Sent> sent_;
  std::map<TransferId, Flight> in_flight_;
};

}  // namespace taskgateway::support
