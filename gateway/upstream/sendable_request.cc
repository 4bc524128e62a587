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

struct Bytes {
  unsigned char first;
  unsigned char last;
  unsigned char but[2];
};
constexpr Bytes kCapitals{'A', 'Z', {}};
constexpr Bytes kVisible{'!', '~', {}};
constexpr Bytes kVisibleButHash{'!', '~', {'#'}};
constexpr Bytes kPathBytes{'!', '~', {'#', '?'}};
constexpr Bytes kText{' ', 0xff, {0x7f}};

// Every request passes here. Without a branch for each byte, so that compilers turn it into vector code; in one copy,
// which stays in the cache.
[[gnu::noinline]] bool All(std::string_view text, Bytes allowed) {
  unsigned char forbidden = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    forbidden |= static_cast<unsigned char>((byte < allowed.first) | (byte > allowed.last) | (byte == allowed.but[0]) |
                                            (byte == allowed.but[1]));
  }
  return forbidden == 0;
}

bool IsToken(std::string_view text) {
  bool token = !text.empty();
  for (const char c : text) token &= kTokenBytes[static_cast<unsigned char>(c)];
  return token;
}

}  // namespace

const char* WhyUnsendable(const core::HttpRequest& request) {
  if (request.method.empty() || !All(request.method, kCapitals)) {
    return "the method is not a word in capitals";
  }
  // Replies to these have no body where the library would wait for one.
  if (request.method == "HEAD" || request.method == "CONNECT") return "the method is not supported";
  if (request.host.empty() || !All(request.host, kVisible)) return "the host is empty or has a forbidden byte";
  if (!request.path.starts_with('/')) return "the path does not start with '/'";
  if (!All(request.path, kPathBytes)) return "the path has a forbidden byte";
  if (!All(request.query, kVisibleButHash)) return "the query has a forbidden byte";
  if (request.path.size() + request.query.size() > kMaxTargetBytes) return "the path and query are too long";
  for (const core::HttpHeader& header : request.headers) {
    if (!IsToken(header.name)) return "a header's name has a forbidden byte";
    if (!All(header.value, kText)) return "a header's value has a control byte";
  }
  return nullptr;
}

}  // namespace taskgateway::upstream
