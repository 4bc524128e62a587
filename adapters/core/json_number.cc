#include "adapters/core/json_number.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace taskgateway::core {
namespace {

// Every integer up to here, and no longer its successors, has a double of its own.
constexpr std::int64_t kMaxExactInteger = std::int64_t{1} << 53;

// Digits between the first and the last one that is not zero, in front of the exponent.
int SignificantDigits(std::string_view text) {
  int digits = 0;
  int zeros = 0;  // those that count only if another digit follows
  for (const char c : text) {
    if (c == 'e' || c == 'E') break;
    if (c == '0') {
      if (digits > 0) ++zeros;
    } else if (c >= '1' && c <= '9') {
      digits += zeros + 1;
      zeros = 0;
    }
  }
  return digits;
}

// The double that prints as `text` does.
std::optional<double> ExactDouble(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  const int digits = SignificantDigits(text);
  if (digits == 0) return value;  // a zero of either sign
  // A double returns any 15 digits unchanged, unless it is subnormal or has overflowed.
  if (digits > std::numeric_limits<double>::digits10 || !std::isnormal(value)) return std::nullopt;
  return value;
}

}  // namespace

bool AddNumber(std::string_view text, JsonBuilder& document) {
  if (text.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool negative_zero = value == 0 && text.front() == '-';
    if (error == std::errc() && value >= -kMaxExactInteger && value <= kMaxExactInteger && !negative_zero) {
      return document.Int64(value);
    }
    if (error != std::errc() || !negative_zero) {
      return document.RawNumber(text.data(), static_cast<rapidjson::SizeType>(text.size()), false);
    }
  }
  if (const std::optional<double> value = ExactDouble(text)) return document.Double(*value);
  return document.RawNumber(text.data(), static_cast<rapidjson::SizeType>(text.size()), false);
}

}  // namespace taskgateway::core
