#include "tests/simulation/task_life.h"

#include <algorithm>
#include <utility>

#include "tests/simulation/choice.h"

namespace taskgateway::simulation {
namespace {

// Words of one, two and three bytes a character, with no byte that the fake wire format needs.
std::string Words(base::Random& random, std::size_t bytes) {
  static constexpr std::string_view kWords[] = {"plan ", "appliqué ", "创建 ", "0 to destroy; "};
  std::string words;
  while (words.size() < bytes) words += kWords[Pick(random, std::size(kWords))];
  return words;
}

}  // namespace

TaskLife::TaskLife(std::string source_in, std::string id_in, bool quiet_in, base::Random& random)
    : source(std::move(source_in)), id(std::move(id_in)), quiet(quiet_in) {
  running_at_ = random.Below(kTasksEnd / 2);
  unknown_at_ = Chance(random, 0.2) ? Between(random, running_at_, kTasksEnd / 2) : absl::InfiniteDuration();
  done_at_ = Between(random, kTasksEnd / 2, kTasksEnd);
  static constexpr const char* kEnds[] = {"SUCCEEDED", "FAILED", "CANCELLED"};
  end_ = kEnds[Pick(random, std::size(kEnds))];
  created = absl::InfinitePast();
  if (!quiet && Chance(random, 0.15)) {
    missing.begin = random.Below(kTasksEnd);
    missing.end = missing.begin + random.Below(absl::Seconds(40));
  }
  if (!quiet && Chance(random, 0.1)) {
    denied.begin = random.Below(kTasksEnd);
    denied.end = denied.begin + random.Below(absl::Seconds(40));
  }
  const std::size_t entries = quiet ? 1 : Pick(random, 6);
  // A large one is decoded on the executor, and its entries take several chunks.
  const bool large = !quiet && Chance(random, 0.06);
  for (std::size_t i = 0; i < entries; ++i) {
    heads_.push_back({Chance(random, 0.5) ? "apply" : "plan", Chance(random, 0.7) ? "stdout" : "stderr", ""});
    const std::size_t parts = 1 + Pick(random, 3);
    for (std::size_t part = 0; part < parts; ++part) {
      growth_.push_back({.at = Between(random, running_at_, done_at_),
                         .entry = i,
                         .content = Words(random, large ? 80'000 : Pick(random, 60)),
                         .rewritten = false});
    }
  }
  // Entries are filled one after the other.
  std::vector<absl::Duration> moments;
  for (const Growth& growth : growth_) moments.push_back(growth.at);
  std::ranges::sort(moments);
  for (std::size_t i = 0; i < growth_.size(); ++i) growth_[i].at = moments[i];
  if (entries > 0 && !quiet && Chance(random, 0.3)) {
    rewritten_at_ = Between(random, running_at_, done_at_);
    rewritten_from_ = Pick(random, entries);
    growth_.push_back(
        {.at = rewritten_at_, .entry = rewritten_from_, .content = Words(random, Pick(random, 60)), .rewritten = true});
  }
  std::ranges::stable_sort(growth_, {}, &Growth::at);
}

std::string TaskLife::StateAt(absl::Duration moment) const {
  if (moment >= done_at_) return end_;
  if (moment >= unknown_at_ && moment < unknown_at_ + absl::Seconds(20)) return "Contemplating";
  return moment >= running_at_ ? "RUNNING" : "PENDING";
}

LogEntries TaskLife::LogAt(absl::Duration moment) const {
  LogEntries log;
  for (const Growth& growth : growth_) {
    if (growth.at > moment) continue;
    const bool replaced =
        !growth.rewritten && moment >= rewritten_at_ && growth.entry == rewritten_from_ && growth.at <= rewritten_at_;
    while (log.size() <= growth.entry) log.push_back(heads_[log.size()]);
    if (!replaced) log[growth.entry].content += growth.content;
  }
  return log;
}

}  // namespace taskgateway::simulation
