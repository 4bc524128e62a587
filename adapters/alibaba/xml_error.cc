#include "adapters/alibaba/xml_error.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/core/trimmed.h"

namespace taskgateway::alibaba {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxEntityBytes = 10;  // `&#x10FFFF;` without its ends is shorter

// What is between the first `open` and the `close` behind it.
std::optional<std::string_view> Between(std::string_view text, std::string_view open, std::string_view close) {
  const std::size_t begin = text.find(open);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t end = text.find(close, begin + open.size());
  if (end == std::string_view::npos) return std::nullopt;
  return text.substr(begin + open.size(), end - begin - open.size());
}

void AppendUtf8(std::uint32_t point, std::string* out) {
  const auto tail = [point](int shift) { return static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
  if (point < 0x80) {
    out->push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    *out += {static_cast<char>(0xC0 | (point >> 6)), tail(0)};
  } else if (point < 0x10000) {
    *out += {static_cast<char>(0xE0 | (point >> 12)), tail(6), tail(0)};
  } else {
    *out += {static_cast<char>(0xF0 | (point >> 18)), tail(12), tail(6), tail(0)};
  }
}

// The text that the entity called `name` stands for; false when there is none of that name.
bool AppendEntity(std::string_view name, std::string* out) {
  static constexpr std::pair<std::string_view, char> kNamed[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [known, character] : kNamed) {
    if (name == known) {
      out->push_back(character);
      return true;
    }
  }
  if (!name.starts_with('#')) return false;
  name.remove_prefix(1);
  const bool hexadecimal = name.starts_with('x') || name.starts_with('X');
  if (hexadecimal) name.remove_prefix(1);
  std::uint32_t point = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), point, hexadecimal ? 16 : 10);
  const bool whole = error == std::errc() && end == name.data() + name.size() && !name.empty();
  if (!whole || point == 0 || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
  AppendUtf8(point, out);
  return true;
}

std::string EntitiesDecoded(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('&'), text.size());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t end = text.substr(0, kMaxEntityBytes).find(';');
    if (end != std::string_view::npos && AppendEntity(text.substr(1, end - 1), &out)) {
      text.remove_prefix(end + 1);
    } else {
      out.push_back('&');
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

std::string XmlErrorField(std::string_view body, std::string_view name) {
  body = body.substr(0, kMaxBytes);
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  body = core::Trimmed(body);
  if (body.starts_with("<?xml")) body = core::Trimmed(body.substr(std::min(body.find("?>"), body.size() - 2) + 2));
  if (!body.starts_with("<Error>") && !body.starts_with("<Error ")) return {};
  const std::string tag = absl::StrCat(absl::string_view(name.data(), name.size()), ">");
  const std::optional<std::string_view> text = Between(body, "<" + tag, "</" + tag);
  if (!text) return {};
  if (const std::optional<std::string_view> verbatim = Between(*text, "<![CDATA[", "]]>")) {
    return std::string(core::Trimmed(*verbatim));
  }
  return std::string(core::Trimmed(EntitiesDecoded(*text)));
}

}  // namespace taskgateway::alibaba
