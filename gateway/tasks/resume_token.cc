#include "gateway/tasks/resume_token.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "gateway/tasks/token_text.h"

namespace taskgateway::tasks {
namespace {

// The layout's version; `w` because logs have tokens too.
constexpr char kVersion[] = "w1";

bool IsEtag(std::string_view etag) { return etag.starts_with("1-") && IsDigest(etag.substr(2)); }

}  // namespace

std::string ToToken(const ResumePoint& point) {
  return PackToken({kVersion, std::to_string(static_cast<int>(point.state)), point.etag, point.name});
}

std::optional<ResumePoint> FromToken(std::string_view token) {
  const std::optional<std::vector<std::string>> parts = UnpackToken(token, kVersion, 4);
  int state = 0;
  if (!parts || !absl::SimpleAtoi((*parts)[1], &state) || !v1::Task::State_IsValid(state) || !IsEtag((*parts)[2])) {
    return std::nullopt;
  }
  ResumePoint point{.name = (*parts)[3], .etag = (*parts)[2], .state = static_cast<v1::Task::State>(state)};
  // One point has one token.
  if (ToToken(point) != token) return std::nullopt;
  return point;
}

}  // namespace taskgateway::tasks
