#include "gateway/server/config_problems.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "adapters/core/utf8.h"

namespace taskgateway::server {

int FieldLines::Of(std::string path) const {
  while (true) {
    const auto found = lines_.find(path);
    if (found != lines_.end()) return found->second;
    const std::size_t end = path.find_last_of(".[");
    if (end == std::string::npos) return 1;
    path.resize(end);
  }
}

void Problems::Add(int line, const std::string& path, std::string_view text) {
  if (++count_ <= kMaxProblems) problems_.push_back({line, path, std::string(text)});
}

bool Problems::Touches(std::string_view path) const {
  return std::any_of(problems_.begin(), problems_.end(), [&](const Problem& problem) {
    if (!problem.path.starts_with(path)) return false;
    const std::string_view rest = std::string_view(problem.path).substr(path.size());
    return rest.empty() || rest.front() == '.' || rest.front() == '[';
  });
}

absl::Status Problems::ToStatus() const {
  if (empty()) return absl::OkStatus();
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) { return a.line < b.line; });
  std::string text;
  for (const Problem& problem : sorted) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", file_name_, ":", problem.line, ": ", problem.path,
                    problem.path.empty() ? "" : ": ", problem.text);
  }
  if (count_ > problems_.size()) {
    absl::StrAppend(&text, "\n", file_name_, ": and ", count_ - problems_.size(), " more");
  }
  return absl::InvalidArgumentError(text);
}

std::string QuoteValue(std::string_view value) {
  constexpr std::size_t kMaxShown = 80;
  if (value.find_first_of("@?") != std::string_view::npos) return "\"***\"";
  const std::string_view shown = core::CutUtf8(value, kMaxShown);
  return absl::StrCat("\"", absl::Utf8SafeCHexEscape(absl::string_view(shown.data(), shown.size())),
                      shown.size() < value.size() ? "…\"" : "\"");
}

}  // namespace taskgateway::server
