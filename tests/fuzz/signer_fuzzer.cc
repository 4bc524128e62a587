// The signer's canonicalisation. Lines: path, query, header values, the rest is the body.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/alibaba/signer.h"
#include "tests/fuzz/expect.h"

namespace taskgateway {
namespace {

using fuzz::Expect;

std::string TakeLine(std::string_view& input) {
  const std::size_t end = std::min(input.find('\n'), input.size());
  std::string line(input.substr(0, end));
  input.remove_prefix(std::min(end + 1, input.size()));
  return line;
}

// Every byte is unreserved, a delimiter of `delimiters`, or part of an upper-case escape.
bool IsCanonical(std::string_view text, std::string_view delimiters) {
  constexpr std::string_view kUpperHex = "0123456789ABCDEF";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || kUpperHex.find(text[i + 1]) == std::string_view::npos ||
          kUpperHex.find(text[i + 2]) == std::string_view::npos) {
        return false;
      }
      i += 2;
    } else if (delimiters.find(text[i]) == std::string_view::npos &&
               alibaba::PercentEncode(text.substr(i, 1)) != text.substr(i, 1)) {
      return false;
    }
  }
  return true;
}

void Check(std::string_view input) {
  const std::string wire_path = TakeLine(input);
  const std::string wire_query = TakeLine(input);
  const std::string value = TakeLine(input);

  const std::string path = alibaba::CanonicalizePath(wire_path);
  Expect(IsCanonical(path, "/"), "a canonical path is encoded");
  Expect(alibaba::CanonicalizePath(path) == path, "a canonical path stays");
  Expect(std::count(path.begin(), path.end(), '/') == std::count(wire_path.begin(), wire_path.end(), '/'),
         "an escaped slash is no separator");
  const std::string query = alibaba::CanonicalizeQuery(wire_query);
  Expect(IsCanonical(query, "&="), "a canonical query is encoded");
  Expect(alibaba::CanonicalizeQuery(query) == query, "a canonical query stays");

  // An encoded text is one segment and one value, and stands for itself.
  const std::string encoded = alibaba::PercentEncode(value);
  Expect(alibaba::CanonicalizePath("/" + encoded) == "/" + encoded, "an encoded segment is canonical");
  Expect(alibaba::CanonicalizeQuery("k=" + encoded) == "k=" + encoded, "an encoded value is canonical");
  Expect(alibaba::CanonicalQuery({{"k", value}}) == "k=" + encoded, "both ways to a query agree");

  core::HttpRequest request{
      .method = "GET",
      .host = value,
      .path = path,
      .query = query,
      .headers = {{"x-acs-action", value}, {"x-acs-z", value}, {"x-acs-z", std::string(input.substr(0, 16))}},
      .body = std::string(input)};
  const core::Credentials credentials{"id", core::Secret(value), core::Secret(value)};
  alibaba::Sign(request, credentials, {.time = absl::FromUnixSeconds(1'665'276'363), .nonce = value});
  const std::string authorization(core::FindHeader(request.headers, "authorization"));
  Expect(request.path == path && request.query == query, "what is sent is what was signed");

  // What a server does with it.
  const std::string names = alibaba::SignedHeaders(request);
  const std::string canonical = alibaba::CanonicalRequest(request, names, alibaba::Sha256Hex(request.body));
  Expect(alibaba::Authorization(alibaba::StringToSign(canonical), names, credentials) == authorization,
         "a server comes to the same signature");
}

}  // namespace
}  // namespace taskgateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskgateway::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
