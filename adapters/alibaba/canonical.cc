// The canonical form of what a request says: path, query and headers.
#include <algorithm>
#include <array>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_join.h"
#include "adapters/alibaba/signer.h"
#include "adapters/core/trimmed.h"

namespace taskgateway::alibaba {
namespace {

constexpr std::array<bool, 256> kUnreserved = [] {
  std::array<bool, 256> table{};
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned char c : {'-', '_', '.', '~'}) table[c] = true;
  return table;
}();

void AppendEncoded(std::string_view text, std::string* out) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  while (!text.empty()) {
    const auto reserved =
        std::ranges::find_if(text, [](char c) { return !kUnreserved[static_cast<unsigned char>(c)]; });
    const auto plain = static_cast<std::size_t>(reserved - text.begin());
    out->append(text.substr(0, plain));
    if (plain == text.size()) return;
    const auto byte = static_cast<unsigned char>(*reserved);
    const char escaped[] = {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    out->append(escaped, sizeof escaped);
    text.remove_prefix(plain + 1);
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Undoes `%XX`; a percent sign without two hexadecimal digits behind it stands for itself.
std::string Decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 && HexDigit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// Signed ones, of the adapters' requests at most.
constexpr std::size_t kUsualHeaders = 8;

bool IsSigned(std::string_view header) { return header == "content-type" || header.starts_with("x-acs-"); }

void AppendHeader(const core::HttpRequest& request, std::string_view name, std::string* out) {
  out->append(name).push_back(':');
  if (name == "host") {
    out->append(core::Trimmed(request.host));
  } else if (const auto first = std::find_if(request.headers.begin(), request.headers.end(),
                                             [&](const core::HttpHeader& header) { return header.name == name; });
             first != request.headers.end()) {
    std::vector<std::string_view> repeated;  // allocates only for a header that is sent twice
    for (auto header = first + 1; header != request.headers.end(); ++header) {
      if (header->name == name) repeated.push_back(core::Trimmed(header->value));
    }
    if (repeated.empty()) {
      out->append(core::Trimmed(first->value));
    } else {
      repeated.push_back(core::Trimmed(first->value));
      std::sort(repeated.begin(), repeated.end());
      out->append(absl::StrJoin(repeated, ",", [](std::string* to, std::string_view value) { to->append(value); }));
    }
  }
  out->push_back('\n');
}

}  // namespace

std::string PercentEncode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  AppendEncoded(text, &encoded);
  return encoded;
}

std::string CanonicalQuery(std::vector<std::pair<std::string, std::string>> parameters) {
  std::stable_sort(parameters.begin(), parameters.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string query;
  for (const auto& [key, value] : parameters) {
    if (!query.empty()) query.push_back('&');
    AppendEncoded(key, &query);
    query.push_back('=');
    AppendEncoded(value, &query);
  }
  return query;
}

std::string CanonicalizeQuery(std::string_view wire_query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (std::size_t begin = 0; begin <= wire_query.size();) {
    const std::size_t end = std::min(wire_query.find('&', begin), wire_query.size());
    const std::string_view parameter = wire_query.substr(begin, end - begin);
    begin = end + 1;
    if (parameter.empty()) continue;
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    const std::string_view value = parameter.substr(std::min(equals + 1, parameter.size()));
    parameters.emplace_back(Decoded(parameter.substr(0, equals)), Decoded(value));
  }
  return CanonicalQuery(std::move(parameters));
}

std::string CanonicalizePath(std::string_view wire_path) {
  std::string path;
  path.reserve(wire_path.size());
  for (std::size_t begin = 0; begin <= wire_path.size();) {
    const std::size_t end = std::min(wire_path.find('/', begin), wire_path.size());
    AppendEncoded(Decoded(wire_path.substr(begin, end - begin)), &path);
    if (end < wire_path.size()) path.push_back('/');
    begin = end + 1;
  }
  return path;
}

std::string SignedHeaders(const core::HttpRequest& request) {
  absl::InlinedVector<std::string_view, kUsualHeaders> names;
  names.push_back("host");
  for (const core::HttpHeader& header : request.headers) {
    if (IsSigned(header.name)) names.push_back(header.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string joined;
  joined.reserve(192);
  for (const std::string_view name : names) {
    if (!joined.empty()) joined.push_back(';');
    joined.append(name);
  }
  return joined;
}

std::string CanonicalRequest(const core::HttpRequest& request, std::string_view signed_headers,
                             std::string_view body_hash) {
  std::string canonical;
  canonical.reserve(768);
  canonical.append(request.method).append("\n");
  canonical.append(request.path).append("\n");
  canonical.append(request.query).append("\n");
  for (std::size_t begin = 0; begin <= signed_headers.size();) {
    const std::size_t end = std::min(signed_headers.find(';', begin), signed_headers.size());
    AppendHeader(request, signed_headers.substr(begin, end - begin), &canonical);
    begin = end + 1;
  }
  canonical.append("\n").append(signed_headers).append("\n").append(body_hash);
  return canonical;
}

}  // namespace taskgateway::alibaba
