#include "gateway/upstream/source_observer.h"

#include <array>

namespace taskgateway::upstream {
namespace {

constexpr std::array<std::string_view, kAttemptOutcomes> kAttemptWords = {
    "ok",      "throttled", "credentials_rejected", "clock_skew", "unreachable",
    "timeout", "broken",    "unavailable",          "rejected",   "abandoned"};
constexpr std::array<std::string_view, kPollOutcomes> kPollWords = {"ok", "failed", "gone"};

class NobodyAtAll final : public SourceObserver {
  void OnAttempt(const AttemptReport&) override {}
  void OnBreaker(bool, const absl::Status&) override {}
  void OnPoll(PollOutcome) override {}
  void OnFailedOrUnknown(const v1::Task&) override {}
};

}  // namespace

std::string_view AttemptOutcomeWord(AttemptOutcome outcome) { return kAttemptWords[static_cast<std::size_t>(outcome)]; }

std::string_view PollOutcomeWord(PollOutcome outcome) { return kPollWords[static_cast<std::size_t>(outcome)]; }

SourceObserver& SourceObserver::Nobody() {
  static NobodyAtAll nobody;
  return nobody;
}

}  // namespace taskgateway::upstream
