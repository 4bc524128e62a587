#include "gateway/upstream/sendable_request.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "absl/strings/ascii.h"

namespace taskgateway::upstream {
namespace {

// Of path and query together; ours have some hundred bytes.
constexpr std::size_t kMaxTargetBytes = std::size_t{64} << 10;

bool IsVisible(unsigned char c) { return c > ' ' && c < 0x7f; }

bool IsControl(unsigned char c) { return c < ' ' || c == 0x7f; }

// RFC 9110, 5.6.2.
bool IsTokenByte(unsigned char c) {
  return absl::ascii_isalnum(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
}

template <typename Allowed>
bool All(std::string_view text, Allowed allowed) {
  return std::all_of(text.begin(), text.end(), allowed);
}

}  // namespace

const char* WhyUnsendable(const core::HttpRequest& request) {
  if (request.method.empty() || !All(request.method, absl::ascii_isupper))
    return "the method is not a word in capitals";
  // Replies to these have no body where the library would wait for one.
  if (request.method == "HEAD" || request.method == "CONNECT") return "the method is not supported";
  if (request.host.empty() || !All(request.host, IsVisible)) return "the host is empty or has a forbidden byte";
  if (!request.path.starts_with('/')) return "the path does not start with '/'";
  if (!All(request.path, [](char c) { return IsVisible(c) && c != '?' && c != '#'; })) {
    return "the path has a forbidden byte";
  }
  if (!All(request.query, [](char c) { return IsVisible(c) && c != '#'; })) return "the query has a forbidden byte";
  if (request.path.size() + request.query.size() > kMaxTargetBytes) return "the path and query are too long";
  for (const core::HttpHeader& header : request.headers) {
    if (header.name.empty() || !All(header.name, IsTokenByte)) return "a header's name has a forbidden byte";
    if (std::any_of(header.value.begin(), header.value.end(), IsControl)) return "a header's value has a control byte";
  }
  return nullptr;
}

}  // namespace taskgateway::upstream
