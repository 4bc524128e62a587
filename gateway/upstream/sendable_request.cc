#include "gateway/upstream/sendable_request.h"

#include <array>
#include <cstddef>
#include <string_view>

namespace taskgateway::upstream {
namespace {

// Of path and query together; ours have some hundred bytes.
constexpr std::size_t kMaxTargetBytes = std::size_t{64} << 10;

// RFC 9110, 5.6.2.
constexpr std::array<bool, 256> kTokenBytes = [] {
  std::array<bool, 256> table{};
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned char c : std::string_view("!#$%&'*+-.^_`|~")) table[c] = true;
  return table;
}();

// Looks at each byte, without a branch, so that compilers turn it into vector code: every request passes here.
template <typename Allowed>
bool All(std::string_view text, Allowed allowed) {
  unsigned char forbidden = 0;
  for (const char c : text) forbidden |= static_cast<unsigned char>(!allowed(static_cast<unsigned char>(c)));
  return forbidden == 0;
}

bool IsVisible(unsigned char c) { return (c > ' ') & (c < 0x7f); }

}  // namespace

const char* WhyUnsendable(const core::HttpRequest& request) {
  if (request.method.empty() || !All(request.method, [](unsigned char c) { return (c >= 'A') & (c <= 'Z'); })) {
    return "the method is not a word in capitals";
  }
  // Replies to these have no body where the library would wait for one.
  if (request.method == "HEAD" || request.method == "CONNECT") return "the method is not supported";
  if (request.host.empty() || !All(request.host, IsVisible)) return "the host is empty or has a forbidden byte";
  if (!request.path.starts_with('/')) return "the path does not start with '/'";
  if (!All(request.path, [](unsigned char c) { return IsVisible(c) & (c != '?') & (c != '#'); })) {
    return "the path has a forbidden byte";
  }
  if (!All(request.query, [](unsigned char c) { return IsVisible(c) & (c != '#'); })) {
    return "the query has a forbidden byte";
  }
  if (request.path.size() + request.query.size() > kMaxTargetBytes) return "the path and query are too long";
  for (const core::HttpHeader& header : request.headers) {
    if (header.name.empty() || !All(header.name, [](unsigned char c) { return kTokenBytes[c]; })) {
      return "a header's name has a forbidden byte";
    }
    if (!All(header.value, [](unsigned char c) { return (c >= ' ') & (c != 0x7f); })) {
      return "a header's value has a control byte";
    }
  }
  return nullptr;
}

}  // namespace taskgateway::upstream
