#include "tools/taskctl/progress.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "tools/taskctl/tables.h"
#include "tools/taskctl/task_name.h"
#include "tools/taskctl/text.h"

namespace taskgateway::taskctl {
namespace {

constexpr std::array<const char*, 10> kFrames = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};

std::string Line(absl::Time now, std::string_view name, std::string_view rest) {
  return absl::StrCat(UtcTime(now), " ", VisibleLine(ShortTaskName(name)), " ", std::string(rest), "\n");
}

std::string NextPoll(const WaitProgress& progress, absl::Time now) {
  if (!progress.next_poll) return "";
  if (*progress.next_poll <= now) return "  polling";
  return absl::StrCat("  next poll in ", Age(absl::Ceil(*progress.next_poll - now, absl::Seconds(1))));
}

}  // namespace

std::string ChangeLine(absl::Time now, std::string_view name, const v1::Task& task) {
  const std::string cause = task.has_error() ? RootCause(task) : "";
  return Line(now, name, absl::StrCat(StateWord(task.state(), Surface()), cause.empty() ? "" : "  ", cause));
}

std::string TroubleLine(absl::Time now, std::string_view name, std::string_view trouble) {
  return Line(now, name, VisibleLine(trouble));
}

std::string SpinnerLine(const WaitProgress& progress, int frame, absl::Time now, const Surface& surface) {
  const bool known = !progress.task.name().empty();
  std::string rest = absl::StrCat("  ", VisibleLine(ShortTaskName(progress.name)), "  ",
                                  Age(std::max(progress.elapsed, absl::ZeroDuration())));
  absl::StrAppend(&rest, progress.trouble.empty() ? NextPoll(progress, now) : "  " + VisibleLine(progress.trouble));
  // The escape sequences of the state take no room.
  const int state_columns = known ? DisplayWidth(StateWord(progress.task.state(), Surface())) : 1;
  const int left = surface.columns > 0 ? std::max(surface.columns - 2 - state_columns, 1) : 0;
  return absl::StrCat(kFrames[static_cast<std::size_t>(frame) % kFrames.size()], " ",
                      known ? StateWord(progress.task.state(), surface) : "-", Cut(rest, left));
}

}  // namespace taskgateway::taskctl
