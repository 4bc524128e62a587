#include "tests/simulation/journal.h"

#include "absl/strings/str_cat.h"

namespace taskgateway::simulation {
namespace {

constexpr std::size_t kViolationsKept = 20;

}  // namespace

Journal::Journal(std::uint64_t seed, const base::Clock& clock, bool keeps_trace)
    : seed_(seed), clock_(clock), begin_(clock.Uptime()), keeps_trace_(keeps_trace) {}

void Journal::Note(std::string_view line) {
  std::string noted = std::to_string(absl::ToInt64Nanoseconds(Elapsed()));
  noted.append(" ").append(line).append("\n");
  digest_.Add(noted);
  if (keeps_trace_) trace_ += noted;
}

void Journal::Violated(Invariant invariant, std::string_view what) {
  if (violations_.size() >= kViolationsKept) return;
  std::string message =
      absl::StrCat("seed ", seed_, " at ", absl::FormatDuration(Elapsed()), ": ", std::string(NameOf(invariant)), ": ");
  message += what;
  Note(message);
  violations_.push_back({invariant, std::move(message)});
}

}  // namespace taskgateway::simulation
