// The HTTP client that an event loop sleeps in: all transfers of one loop on one libcurl multi handle.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/event_loop.h"
#include "gateway/upstream/http_client.h"

namespace taskgateway::upstream {

// When a transfer that has taken `elapsed` and brought `received_bytes` is to be looked at again, counted from its
// start. Not later than `elapsed`: it has used up its limits.
absl::Duration NextLook(const TransferLimits& limits, absl::Duration elapsed, std::int64_t received_bytes);

// Sends requests over HTTPS (HTTP/2 where the upstream offers it), or over HTTP/1.1 when the endpoint's url is
// `http://`. Follows no redirect, uses no proxy, no .netrc, no cookie; undoes gzip. Keeps connections, DNS answers and
// TLS sessions.
//
// A request is written to one connection once: when one that was kept alive turns out dead, the transfer ends with
// kUnreachable.
//
// Wake is thread-safe; all else belongs to the loop thread. Not to be destroyed by a `done`; destroying it aborts every
// transfer.
class CurlHttpClient final : public HttpClient, public base::Waiter {
 public:
  struct Options {
    // Transfers at a time, 1 or more; others wait, first come first served, and their limits count from when they are
    // sent. As many connections are kept. libcurl's cost per transfer grows with their number: rather use more loops
    // than more than 64.
    std::size_t max_transfers = 64;
    std::string user_agent = "taskgateway";
  };

  // `clock` outlives the client.
  CurlHttpClient(const base::Clock& clock, Options options);
  ~CurlHttpClient() override;
  CurlHttpClient(const CurlHttpClient&) = delete;
  CurlHttpClient& operator=(const CurlHttpClient&) = delete;

  // A request with a byte that HTTP does not allow where it stands is not sent: kUnreachable.
  TransferId Start(const Endpoint& endpoint, MakeRequest make, const TransferLimits& limits, Done done) override;
  void Abort(TransferId id) override;

  void Wait(absl::Duration timeout) override;
  void Wake() override;

 private:
  struct Transfer;
  struct Waiting {
    TransferId id;
    const Endpoint* endpoint;
    MakeRequest make;
    TransferLimits limits;
    Done done;
  };
  struct Ended {
    TransferId id;
    TransferResult result;
    Done done;
  };

  void LaunchWaiting();
  void Launch(Waiting& waiting, core::HttpRequest request, absl::Duration now);
  void Sleep(absl::Duration timeout);
  void CollectReplies();
  void CheckLimits();
  void Deliver();
  void End(Transfer& transfer, TransferResult result);
  Done Release(Transfer& transfer);

  const base::Clock& clock_;
  const Options options_;
  CURLSH* const sessions_;
  CURLM* const multi_;
  TransferId next_id_ = 1;
  std::vector<std::unique_ptr<Transfer>> active_;        // at libcurl, in no order
  std::vector<std::unique_ptr<Transfer>> idle_;          // to be used again
  std::deque<Waiting> waiting_;                          // for the next round, and a place among the active ones
  std::vector<core::HttpRequest> made_;                  // of the first that wait; kept for its capacity
  std::deque<Ended> ended_;                              // to be told
  absl::Duration next_look_ = absl::InfiniteDuration();  // Uptime; not after the first active transfer's
};

}  // namespace taskgateway::upstream
