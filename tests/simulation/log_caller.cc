#include "tests/simulation/log_caller.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"

namespace taskgateway::simulation {
namespace {

constexpr absl::Duration kSlowest = absl::Seconds(5);
// For so long a log is kept for readers, at most, when no newer one comes.
constexpr absl::Duration kRemembered = absl::Minutes(1);

tasks::LogFilter AnyFilter(base::Random& random) {
  tasks::LogFilter filter;
  if (Chance(random, 0.2)) filter.command = "apply";
  if (Chance(random, 0.2)) filter.stream = "stdout";
  return filter;
}

// Whether `log` has all of `before` and goes on from there, in its last entry or in further ones.
bool GoesOnFrom(const LogEntries& before, const LogEntries& log) {
  if (before.empty()) return true;
  const std::size_t last = before.size() - 1;
  return log.size() > last && std::equal(before.begin(), before.end() - 1, log.begin()) &&
         log[last].command == before[last].command && log[last].stream == before[last].stream &&
         log[last].content.starts_with(before[last].content);
}

}  // namespace

// One stream of the caller, as the gRPC edge would have it.
class LogCaller::Stream final : public tasks::Receiver, public std::enable_shared_from_this<Stream> {
 public:
  Stream(LogCaller& caller, tasks::LogTerms terms)
      : caller_(&caller),
        wish_{.follow = terms.follow, .resumes_at = terms.resumes_at()},
        world_(caller.world_),
        outbox_(std::move(terms)) {}

  void Start() {
    read_ = std::make_unique<tasks::TaskLogRead>(world_.gateway.following(), world_.gateway.log_buffers(),
                                                 world_.gateway.fan_out(), caller_->target_, wish_, outbox_,
                                                 weak_from_this());
    read_->Start();
  }
  // The fault: the reader is gone, and nobody ends what it began.
  void Forget() { caller_ = nullptr; }
  void Close() {
    caller_ = nullptr;
    outbox_.Cancel();
    read_.reset();
  }

  void Deliver() override {
    if (caller_ == nullptr) return;
    const tasks::LogOutbox::Step step = outbox_.Take();
    switch (step.kind) {
      case tasks::LogOutbox::Step::kNothing:
        return;
      case tasks::LogOutbox::Step::kGoOn:
        world_.time.loop.Schedule(absl::ZeroDuration(), [self = shared_from_this()] { self->Deliver(); });
        return;
      case tasks::LogOutbox::Step::kFinish:
        return caller_->Finished(step.status);
      case tasks::LogOutbox::Step::kWrite:
        return Write(*step.message);
    }
  }
  std::size_t lane() const override { return 0; }

 private:
  void Write(const std::string& message) {
    v1::ReadTaskLogsResponse chunk;
    std::ignore = chunk.ParseFromString(message);
    // A message is written when the reader has taken it.
    const absl::Duration writing = caller_->slow_ ? world_.random.Below(kSlowest) : absl::ZeroDuration();
    world_.time.loop.Schedule(writing, [self = shared_from_this()] {
      self->outbox_.Written();
      self->Deliver();
    });
    if (!chunk.content().empty() && world_.Has(Fault::kLostChunk, 0.1)) return;
    caller_->Take(chunk);
    if (!chunk.content().empty() && world_.Has(Fault::kRepeatedChunk, 0.1)) caller_->Take(chunk);
  }

  LogCaller* caller_;  // null: it is gone
  const tasks::LogBuffers::Wish wish_;
  World& world_;
  tasks::LogOutbox outbox_;
  std::unique_ptr<tasks::TaskLogRead> read_;
};

LogCaller::LogCaller(World& world, const TaskLife& life)
    : world_(world),
      life_(life),
      target_(world.TargetOf(life)),
      follow_(Chance(world.random, 0.7)),
      slow_(Chance(world.random, 0.3)),
      filter_(AnyFilter(world.random)),
      tail_bytes_(Chance(world.random, 0.3) ? 1 + Pick(world.random, 100) : 0),
      copy_(filter_, tail_bytes_ > 0) {}

void LogCaller::Open() {
  if (left_) return;
  tasks::LogTerms terms{.follow = follow_, .filter = filter_};
  if (token_.empty()) {
    terms.tail_bytes = tail_bytes_;
  } else {
    terms.resume_from = tasks::FromLogToken(token_);
    if (world_.Has(Fault::kSpoiltToken, 0.5)) terms.resume_from->digest.front() ^= 1;
  }
  opened_at_ = world_.journal.Elapsed();
  call_ = world_.calls.Open("ReadTaskLogs " + life_.id);
  stream_ = std::make_shared<Stream>(*this, std::move(terms));
  stream_->Start();
}

void LogCaller::OpenSoon() {
  world_.At(world_.journal.Elapsed() + absl::Seconds(1) + world_.random.Below(absl::Seconds(10)), [this] { Open(); });
}

void LogCaller::Close() {
  if (stream_ != nullptr) std::exchange(stream_, nullptr)->Close();
}

void LogCaller::Cut() {
  if (stream_ == nullptr || !follow_) return;
  world_.calls.Left(call_);
  Close();
  if (!ended_) OpenSoon();
}

void LogCaller::Leave() {
  left_ = true;
  if (stream_ == nullptr) return;
  world_.calls.Left(call_);
  if (world_.fault == Fault::kLingeringCaller) return stream_->Forget();
  Close();
}

void LogCaller::Take(const v1::ReadTaskLogsResponse& chunk) {
  world_.journal.Note(absl::StrCat("call ", call_, " takes entry ", chunk.entry_index(), " at ", chunk.offset(), ": ",
                                   chunk.content().size(), " bytes", chunk.rewritten() ? ", rewritten" : "",
                                   chunk.end_of_log() ? ", the end" : ""));
  if (ended_) Wrong("something came behind the end of the log");
  if (chunk.rewritten() && !MayBeginAnew()) Wrong("it begins anew, and the upstream has not changed it");
  if (const std::string wrong = copy_.Add(chunk); !wrong.empty()) Wrong(wrong);
  if (!chunk.resume_token().empty()) token_ = chunk.resume_token();
  ended_ = ended_ || chunk.end_of_log();
  if (chunk.end_of_log() && !copy_.IsCopyOf(life_.FinalLog())) Wrong("the end came, and the log is another one");
}

bool LogCaller::MayBeginAnew() const {
  if (tail_bytes_ > 0 || !filter_.command.empty() || !filter_.stream.empty()) return true;
  // Of replies before the stream, too, the gateway may have had the log.
  std::optional<LogEntries> before;
  for (const auto& reply : world_.upstream.replies()) {
    if (reply.life != &life_) continue;
    LogEntries log = life_.LogAt(reply.truth_of);
    const bool heard = reply.replied_at >= opened_at_ - kRemembered || life_.IsDoneAt(reply.truth_of);
    if (heard && (!copy_.IsPartOf(log) || (before && !GoesOnFrom(*before, log)))) return true;
    before = std::move(log);
  }
  return false;
}

void LogCaller::Finished(const absl::Status& status) {
  world_.calls.Ended(call_, status);
  Close();
  if (follow_) {
    if (!ended_) OpenSoon();
    return;
  }
  if (!status.ok()) return;
  const auto& replies = world_.upstream.replies();
  const bool is_a_reply = std::any_of(replies.rbegin(), replies.rend(), [this](const auto& reply) {
    return reply.life == &life_ && copy_.IsCopyOf(life_.LogAt(reply.truth_of));
  });
  if (!is_a_reply) Wrong("no reply of the upstream has such a log");
}

void LogCaller::Wrong(std::string_view what) const {
  world_.journal.Violated(Invariant::kEveryLogByteOnce,
                          absl::StrCat("call ", call_, " reads the log of ", life_.id, ": ", std::string(what)));
}

void LogCaller::CheckEnd() const {
  if (!left_ && follow_ && !ended_) Wrong("who stayed has not got all of it");
}

}  // namespace taskgateway::simulation
