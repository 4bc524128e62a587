#include "gateway/upstream/upstream_call.h"

#include <optional>
#include <utility>

#include "absl/strings/cord.h"
#include "adapters/core/status_catalogue.h"
#include "adapters/core/status_detail.h"
#include "gateway/upstream/transfer_verdict.h"

namespace taskgateway::upstream {
namespace {

// How long a budget rests when the upstream throttled a call without saying for how long.
constexpr absl::Duration kRestWithoutHint = absl::Seconds(1);

void SetRetryDelay(absl::Status& status, absl::Duration delay) {
  status.SetPayload(core::TypeUrl<google::rpc::RetryInfo>(),
                    absl::Cord(core::Serialized(core::RetryAfterDelay(delay))));
}

AttemptOutcome OutcomeOf(const Verdict& verdict, TransferError error) {
  switch (error) {
    case TransferError::kNone:
      break;
    case TransferError::kUnreachable:
      return AttemptOutcome::kUnreachable;
    case TransferError::kTimeout:
      return AttemptOutcome::kTimeout;
    case TransferError::kBrokenReply:
    case TransferError::kTooLarge:
      return AttemptOutcome::kBroken;
  }
  switch (verdict.signal) {
    case Signal::kThrottled:
      return AttemptOutcome::kThrottled;
    case Signal::kCredentialsRejected:
      return AttemptOutcome::kCredentialsRejected;
    case Signal::kClockSkew:
      return AttemptOutcome::kClockSkew;
    case Signal::kTransient:
    case Signal::kNone:
      break;
  }
  if (verdict.status.ok() || absl::IsNotFound(verdict.status)) return AttemptOutcome::kOk;
  const std::string reason = core::ReasonOf(verdict.status);
  if (reason == "TASK_ALREADY_DONE") return AttemptOutcome::kOk;
  if (reason == "UPSTREAM_BROKEN_REPLY") return AttemptOutcome::kBroken;
  if (reason == "UPSTREAM_CREDENTIALS_REJECTED") return AttemptOutcome::kCredentialsRejected;
  return verdict.signal == Signal::kTransient ? AttemptOutcome::kUnavailable : AttemptOutcome::kRejected;
}

// Safe to show, and one of few.
std::string Why(const absl::Status& status) {
  std::string reason = core::ReasonOf(status);
  return reason.empty() ? absl::StatusCodeToString(status.code()) : reason;
}

}  // namespace

// The steps of a call, in order. Every step runs on the loop thread, out of a callback that holds the state, so `this`
// outlives the step even when the call is destroyed in it. MakeRequest is none: it only gives what to send.
struct UpstreamCall::State : std::enable_shared_from_this<UpstreamCall::State> {
  State(Context& context_in, Channel& channel_in, Budget& budget_in, CallSpec spec_in)
      : context(context_in), channel(channel_in), budget(budget_in), spec(std::move(spec_in)) {}

  // Makes a step a callback that does nothing once the call has ended.
  template <typename... Arguments>
  std::function<void(Arguments...)> Then(void (State::*step)(Arguments...)) {
    return [weak = weak_from_this(), step](Arguments... arguments) {
      const std::shared_ptr<State> self = weak.lock();
      if (self != nullptr && !self->ended) (self.get()->*step)(std::move(arguments)...);
    };
  }

  void Acquire() {
    // Asked here too, so that nobody queues for a token that could not be used.
    const absl::Duration now = context.loop.Now();
    const CircuitBreaker::Admission admission = channel.breaker.Ask(now);
    if (!admission.admitted) return Refuse(admission.wait);
    deadline = spec.deadline();
    // Before the token: tokens that wait for keys would pile up, and be spent at once when these come.
    if (credentials == nullptr) {
      step_span = BeginStep("credentials");
      credentials = channel.credentials.AtHand();
      if (credentials == nullptr) return channel.credentials.Get(Then(&State::OnCredentials));
      EndStep(absl::OkStatus());
    }
    step_span = BeginStep("budget");
    if (budget.Take(now, deadline, spec.priority)) {
      EndStep(absl::OkStatus());
      return Send(now);
    }
    ticket = budget.Acquire(deadline, Then(&State::OnBudget), spec.priority);
  }

  void OnBudget(absl::Status granted) {
    const bool queued = std::exchange(ticket, 0) != 0;
    EndStep(granted);
    if (granted.ok()) return Send(context.loop.Now());
    // Somebody with more time may have joined while the call was in the queue.
    if (queued && spec.deadline() > deadline) return Acquire();
    Finish(attempts == 0 ? std::move(granted) : std::move(last_failure));
  }

  void Refuse(absl::Duration wait) {
    if (attempts > 0) return Finish(std::move(last_failure));
    Finish(core::UpstreamUnavailable(
        "UPSTREAM_BREAKER_OPEN",
        {.host = channel.endpoint.host, .message = "it has failed so often that it is left alone for a while"}, wait));
  }

  void OnCredentials(absl::StatusOr<SharedCredentials> current) {
    EndStep(current.status());
    if (!current.ok()) return Finish(std::move(current).status());
    credentials = *std::move(current);
    Acquire();
  }

  void Send(absl::Duration now) {
    const CircuitBreaker::Admission admission = channel.breaker.Begin(now);
    if (!admission.admitted) return Refuse(admission.wait);
    probe = admission.probe;
    ++attempts;
    TransferLimits limits = context.limits;
    limits.max_body_bytes = spec.operation.max_reply_bytes;
    if (attempts == 1 && spec.on_send) {
      spec.on_send();
      if (ended) return;
    }
    sent_at = now;
    step_span = BeginStep("attempt", base::SpanKind::kClient);
    if (step_span != nullptr) {
      step_span->Set("server.address", channel.endpoint.host);
      step_span->Set("http.request.resend_count", attempts - 1);
    }
    // The transfer ends no later than the call, so it may refer to it.
    transfer = context.http.Start(
        channel.endpoint, [this] { return MakeRequest(); }, limits, Then(&State::OnReply));
  }

  core::HttpRequest MakeRequest() const {
    core::HttpRequest request = spec.request();
    request.host = channel.endpoint.host;
    const std::string nonce = context.random.Nonce();
    channel.adapter.Sign(request, *credentials, {context.loop.clock().Now() + channel.clock_skew, nonce});
    return request;
  }

  void OnReply(TransferResult result) {
    transfer.reset();
    transfer_error = result.error;
    if (step_span != nullptr && result.error == TransferError::kNone) {
      step_span->Set("http.response.status_code", result.response.status);
    }
    surely_not_sent = result.surely_not_sent;
    if (result.error != TransferError::kNone) {
      verdict = TransferVerdict(result, channel.endpoint.host);
    } else if (result.response.body.size() <= kInlineDecodeBytes) {
      verdict = spec.decode(std::move(result.response));
    } else {
      return DecodeElsewhere(std::move(result.response));
    }
    // When all replies that are there are decoded: one thing after the other is done with warm caches.
    context.loop.Defer(Then(&State::Judge));
  }

  struct Decoding {
    core::HttpResponse response;
    std::function<Verdict(core::HttpResponse)> decode;
    std::weak_ptr<State> call;
    Verdict verdict;
  };

  // The worker owns the reply and, meanwhile, the function. Of this state it only asks whether it is still there.
  void DecodeElsewhere(core::HttpResponse response) {
    auto work =
        std::make_shared<Decoding>(Decoding{std::move(response), std::move(spec.decode), weak_from_this(), Verdict()});
    context.decode_executor.Run([work = std::move(work), &loop = context.loop]() mutable {
      if (!work->call.expired()) work->verdict = work->decode(std::move(work->response));
      // Moved, so that what the function holds is released on the loop thread.
      loop.Post([work = std::move(work)] {
        const std::shared_ptr<State> self = work->call.lock();
        if (self == nullptr || self->ended) return;
        self->spec.decode = std::move(work->decode);  // for the next attempt
        self->verdict = std::move(work->verdict);
        self->Judge();
      });
    });
  }

  // What the verdict on the attempt under way means for the call.
  void Judge() {
    const absl::Duration was_sent_at = *sent_at;
    Report(OutcomeOf(verdict, transfer_error), verdict.status);
    const bool was_open = channel.breaker.open();
    if (verdict.signal == Signal::kTransient) {
      channel.breaker.Failed(std::exchange(probe, false), context.loop.Now());
    } else {
      probe = false;
      channel.breaker.Succeeded();
    }
    if (channel.breaker.open() != was_open) channel.observer->OnBreaker(!was_open, verdict.status);
    if (verdict.signal == Signal::kNone) return Finish(std::move(verdict.status));
    if (verdict.signal == Signal::kThrottled) {
      budget.Throttled(verdict.retry_after.value_or(kRestWithoutHint), was_sent_at);
      if (ended) return;
      if (!verdict.retry_after) SetRetryDelay(verdict.status, budget.WaitOfNext());
    }
    last_failure = std::move(verdict.status);
    const bool later = verdict.signal == Signal::kTransient || verdict.signal == Signal::kThrottled;
    if (later && spec.priority == Priority::kPoll) return Finish(std::move(last_failure));
    FailedAttempt failed;
    failed.attempt = attempts;
    failed.idempotent = spec.idempotent;
    failed.surely_not_sent = surely_not_sent;
    failed.signal = verdict.signal;
    failed.retry_after = verdict.retry_after;
    failed.renewed = renewed;
    failed.time_left = spec.deadline() - context.loop.Now();
    const std::optional<Retry> retry = NextAttempt(context.retry, failed, context.random.Unit());
    if (!retry || (retry->correct_clock && !verdict.server_time)) return Finish(std::move(last_failure));
    if (retry->renew_credentials) {
      renewed = true;
      step_span = BeginStep("credentials");
      return channel.credentials.Renew(credentials, Then(&State::OnRenewed));
    }
    if (retry->correct_clock) {
      renewed = true;
      channel.clock_skew = *verdict.server_time - context.loop.clock().Now();
    }
    timer = context.loop.Schedule(retry->delay, Then(&State::Acquire));
  }

  // The attempt under way has ended so.
  void Report(AttemptOutcome outcome, const absl::Status& status) {
    const absl::Duration began = *std::exchange(sent_at, std::nullopt);
    if (step_span != nullptr) step_span->Set("taskgateway.outcome", AttemptOutcomeWord(outcome));
    EndStep(outcome == AttemptOutcome::kOk ? absl::OkStatus() : status);
    channel.observer->OnAttempt({.operation = spec.operation.name,
                                 .outcome = outcome,
                                 .status = status,
                                 .took = context.loop.Now() - began,
                                 .retry = attempts > 1});
  }

  // A step of the call, when spans are collected.
  std::unique_ptr<base::Span> BeginStep(std::string_view name, base::SpanKind kind = base::SpanKind::kInternal) const {
    return span == nullptr ? nullptr : context.tracer->Begin(name, kind, span->id());
  }

  void EndStep(const absl::Status& status) {
    if (step_span != nullptr && !status.ok()) step_span->Fail(Why(status));
    step_span.reset();
  }

  void OnRenewed(absl::StatusOr<SharedCredentials> other) {
    EndStep(other.status());
    if (!other.ok()) return Finish(std::move(last_failure));
    credentials = *std::move(other);
    Acquire();
  }

  void Finish(absl::Status status) {
    if (starting) {
      last_failure = std::move(status);
      timer = context.loop.Schedule(absl::ZeroDuration(), Then(&State::FinishLater));
      return;
    }
    ended = true;
    if (span != nullptr && !status.ok()) span->Fail(Why(status));
    step_span.reset();
    span.reset();
    const auto done = std::move(spec.done);
    done(std::move(status));
  }

  void FinishLater() {
    // Somebody with more time may have joined a call that the budget refused.
    if (attempts == 0 && spec.deadline() > deadline) return Acquire();
    Finish(std::move(last_failure));
  }

  void Abandon() {
    ended = true;
    if (sent_at) Report(AttemptOutcome::kAbandoned, absl::CancelledError("nobody waits any more"));
    channel.breaker.Abandoned(probe);
    budget.Leave(ticket);
    context.loop.Cancel(timer);
    if (transfer) context.http.Abort(*transfer);
    step_span.reset();
    span.reset();
  }

  Context& context;
  Channel& channel;
  Budget& budget;
  CallSpec spec;
  bool starting = false;
  bool ended = false;
  bool renewed = false;
  bool probe = false;  // the attempt under way is the breaker's probe
  int attempts = 0;
  std::optional<absl::Duration> sent_at;  // of the attempt under way
  // Of the last attempt.
  TransferError transfer_error = TransferError::kNone;
  bool surely_not_sent = false;
  Verdict verdict;
  absl::Duration deadline;  // as of the last Acquire
  absl::Status last_failure;
  SharedCredentials credentials;
  std::unique_ptr<base::Span> span;       // of the call; null: nobody collects it
  std::unique_ptr<base::Span> step_span;  // of what is under way
  // What is under way: at most one of them.
  Budget::Ticket ticket = 0;
  std::optional<HttpClient::TransferId> transfer;
  base::EventLoop::TimerId timer = base::EventLoop::kNoTimer;
};

UpstreamCall::UpstreamCall(Context& context, Channel& channel, Budget& budget, CallSpec spec)
    : state_(std::make_shared<State>(context, channel, budget, std::move(spec))) {}

UpstreamCall::~UpstreamCall() { state_->Abandon(); }

void UpstreamCall::Start() {
  // on_send may destroy this call.
  const std::shared_ptr<State> state = state_;
  // What a caller's span is not collected for has none either.
  const bool wanted = state->spec.parent_span.valid() || state->spec.priority == Priority::kPoll;
  if (base::Tracer* const tracer = state->context.tracer; tracer != nullptr && wanted) {
    state->span = tracer->Begin("upstream", base::SpanKind::kInternal, state->spec.parent_span);
    if (state->span != nullptr) state->span->Set("taskgateway.operation", state->spec.operation.name);
  }
  state->starting = true;
  state->Acquire();
  state->starting = false;
}

void UpstreamCall::Hurry() {
  // on_send may destroy this call.
  const std::shared_ptr<State> state = state_;
  if (std::exchange(state->spec.priority, Priority::kRead) == Priority::kRead || state->ticket == 0) return;
  state->budget.Leave(std::exchange(state->ticket, 0));
  state->starting = true;
  state->Acquire();
  state->starting = false;
}

}  // namespace taskgateway::upstream
