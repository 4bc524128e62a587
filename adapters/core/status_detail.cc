#include "adapters/core/status_detail.h"

#include <algorithm>
#include <tuple>

#include "adapters/core/proto_time.h"
#include "adapters/core/utf8.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace taskgateway::core {
namespace {

constexpr std::string_view kEllipsis = "...";
constexpr absl::Duration kUnknownDelay = absl::Seconds(1);
constexpr absl::Duration kMinDelay = absl::Milliseconds(1);
constexpr absl::Duration kMaxDelay = absl::Hours(1);

// The length of the space or control character (C0, DEL, C1) at the front of `text`, or 0.
std::size_t BlankLength(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first <= 0x20 || first == 0x7F) return 1;
  const bool c1 = first == 0xC2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xA0;
  return c1 ? 2 : 0;
}

}  // namespace

std::string Serialized(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  std::ignore = message.SerializeToCodedStream(&out);
  out.Trim();
  return bytes;
}

google::rpc::RetryInfo RetryAfterDelay(absl::Duration delay) {
  if (delay <= absl::ZeroDuration()) delay = kUnknownDelay;
  delay = std::clamp(delay, kMinDelay, kMaxDelay);
  google::rpc::RetryInfo retry;
  SetDuration(delay, retry.mutable_retry_delay());
  return retry;
}

std::string CleanText(std::string_view text, std::size_t max_bytes) {
  // Repairing makes a byte three at most, so what lies behind this cannot show; some slack is for blanks that shrink.
  std::string valid;
  CopyUtf8(CutUtf8(text, 4 * max_bytes + 64), &valid);
  std::string clean;
  bool blank = false;
  for (std::string_view rest = valid; !rest.empty();) {
    if (const std::size_t length = BlankLength(rest); length > 0) {
      blank = true;
      rest.remove_prefix(length);
      continue;
    }
    if (blank && !clean.empty()) clean.push_back(' ');
    blank = false;
    clean.push_back(rest.front());
    rest.remove_prefix(1);
  }
  const bool cut = text.size() > 4 * max_bytes + 64 || clean.size() > max_bytes;
  if (!cut || max_bytes < kEllipsis.size()) return std::string(CutUtf8(clean, max_bytes));
  return std::string(CutUtf8(clean, max_bytes - kEllipsis.size())).append(kEllipsis);
}

}  // namespace taskgateway::core
