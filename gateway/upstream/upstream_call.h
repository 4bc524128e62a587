// One call to an upstream, over as many attempts as it takes:
// breaker -> credentials -> budget -> sign -> send -> decode -> retry.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "adapters/task_adapter.h"
#include "gateway/base/event_loop.h"
#include "gateway/base/executor.h"
#include "gateway/base/random.h"
#include "gateway/base/tracer.h"
#include "gateway/upstream/budget.h"
#include "gateway/upstream/circuit_breaker.h"
#include "gateway/upstream/credential_source.h"
#include "gateway/upstream/http_client.h"
#include "gateway/upstream/retry_policy.h"
#include "gateway/upstream/source_observer.h"

namespace taskgateway::upstream {

// What calls of one loop share. All of it outlives the calls, and the loop outlives the work of decode_executor.
struct Context {
  base::EventLoop& loop;
  base::Random& random;
  HttpClient& http;
  base::Executor& decode_executor;  // for replies over kInlineDecodeBytes
  RetryPolicy retry;
  TransferLimits limits;
  base::Tracer* tracer = nullptr;  // null: nobody collects spans
};

// Replies up to this size are decoded on the loop.
inline constexpr std::size_t kInlineDecodeBytes = std::size_t{256} << 10;

// What calls of one source share. Belongs to the account's loop; adapter and endpoint never change, and any thread may
// read them.
struct Channel {
  const TaskAdapter& adapter;
  Endpoint endpoint;
  CredentialSource& credentials;
  absl::Duration clock_skew;  // the upstream's clock minus ours, learned from kClockSkew
  CircuitBreaker breaker{};
  SourceObserver* observer = &SourceObserver::Nobody();  // outlives the channel
};

// What one call wants. The functions are called on the loop thread, `decode` also on the decode executor (never two at
// once, and what it refers to is there until it has run, even if the call is destroyed).
struct CallSpec {
  // Makes the request of an attempt: unsigned, without host.
  std::function<core::HttpRequest()> request;
  Operation operation;
  bool idempotent = true;
  // A poll does without attempts that come later: its schedule has them.
  Priority priority = Priority::kRead;
  // The span of whoever made the call, if there is one. The call's own span has one below it for each wait for
  // credentials and for the budget, and for each attempt.
  base::SpanId parent_span = {};
  // When the last interested caller gives up, as Uptime; asked anew at every decision, since callers come and go.
  std::function<absl::Duration()> deadline;
  // Reads a reply and keeps its value.
  std::function<Verdict(core::HttpResponse)> decode;
  // The first attempt is handed to the HTTP client. May be empty.
  std::function<void()> on_send;
  // The call has ended, with the last verdict's status. Not called when the call is destroyed first.
  std::function<void(absl::Status)> done;
};

// A call under way. Destroying it ends it: it leaves the budget's queue and aborts the transfer at once; a decode that
// has begun elsewhere finishes into nothing. `done` may destroy it. Belongs to one loop thread.
class UpstreamCall {
 public:
  UpstreamCall(Context& context, Channel& channel, Budget& budget, CallSpec spec);
  ~UpstreamCall();
  UpstreamCall(const UpstreamCall&) = delete;
  UpstreamCall& operator=(const UpstreamCall&) = delete;

  // Begins; once. `deadline` and `on_send` may be called within Start, `done` never.
  void Start();
  // Makes a poll a read, as if it came now: somebody waits for it. `deadline` and `on_send` may be called within Hurry,
  // `done` never.
  void Hurry();

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with what is under way, which holds it weakly
};

}  // namespace taskgateway::upstream
