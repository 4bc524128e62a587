#include "tools/taskctl/colours.h"

#include "absl/strings/str_cat.h"

namespace taskgateway::taskctl {
namespace {

std::string Sequence(std::string_view code, std::string_view text, const Surface& surface) {
  if (!surface.colours) return std::string(text);
  return absl::StrCat("\x1b[", std::string(code), "m", std::string(text), "\x1b[0m");
}

constexpr std::string_view kRed = "31", kGreen = "32", kYellow = "33", kCyan = "36", kBold = "1";

std::string_view ColourOf(v1::Task::State state) {
  switch (state) {
    case v1::Task::FAILED:
      return kRed;
    case v1::Task::SUCCEEDED:
      return kGreen;
    case v1::Task::PENDING:
    case v1::Task::RUNNING:
      return kCyan;
    default:
      return kYellow;
  }
}

}  // namespace

std::string StateWord(v1::Task::State state, const Surface& surface, int width) {
  std::string word =
      v1::Task::State_IsValid(state) ? v1::Task::State_Name(state) : absl::StrCat("STATE_", static_cast<int>(state));
  const std::string padding(std::max<int>(0, width - static_cast<int>(word.size())), ' ');
  return absl::StrCat(Sequence(ColourOf(state), word, surface), padding);
}

std::string Bold(std::string_view text, const Surface& surface) { return Sequence(kBold, text, surface); }

}  // namespace taskgateway::taskctl
