#include "gateway/tasks/log_token.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "gateway/tasks/token_text.h"

namespace taskgateway::tasks {
namespace {

// The layout's version; `l` because watches have tokens too.
constexpr char kVersion[] = "l1";

}  // namespace

std::string ToLogToken(const LogResumePoint& point) {
  return PackToken(
      {kVersion, std::to_string(point.point.entry), std::to_string(point.point.offset), point.digest, point.name});
}

std::optional<LogResumePoint> FromLogToken(std::string_view token) {
  const std::optional<std::vector<std::string>> parts = UnpackToken(token, kVersion, 5);
  LogResumePoint point;
  if (!parts || !absl::SimpleAtoi((*parts)[1], &point.point.entry) ||
      !absl::SimpleAtoi((*parts)[2], &point.point.offset) || !IsDigest((*parts)[3])) {
    return std::nullopt;
  }
  point.digest = (*parts)[3];
  point.name = (*parts)[4];
  // One point has one token.
  if (ToLogToken(point) != token) return std::nullopt;
  return point;
}

}  // namespace taskgateway::tasks
