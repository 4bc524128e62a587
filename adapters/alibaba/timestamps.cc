#include "adapters/alibaba/timestamps.h"

#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/time/civil_time.h"

namespace taskgateway::alibaba {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string_view Trimmed(std::string_view text) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(absl::string_view(text.data(), text.size()));
  return {trimmed.data(), trimmed.size()};
}

// Takes exactly `digits` digits from the front of `text`.
bool TakeNumber(std::string_view& text, std::size_t digits, int* number) {
  if (text.size() < digits) return false;
  *number = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return false;
    *number = *number * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool Take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool TakeClock(std::string_view& text, int* hour, int* minute, int* second) {
  return TakeNumber(text, 2, hour) && Take(text, ":") && TakeNumber(text, 2, minute) && Take(text, ":") &&
         TakeNumber(text, 2, second);
}

// The moment, unless the calendar or the clock does not have it.
std::optional<absl::Time> MomentOf(int year, int month, int day, int hour, int minute, int second) {
  if (year < 1 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const absl::CivilSecond civil(year, month, day, hour, minute, second);
  // Civil times carry what does not fit into the next unit: 30 February would become 2 March.
  if (civil.month() != month || civil.day() != day) return std::nullopt;
  return absl::FromCivil(civil, absl::UTCTimeZone());
}

}  // namespace

std::optional<absl::Time> ParseTimestamp(std::string_view text) {
  text = Trimmed(text);
  int year, month, day, hour, minute, second;
  if (!TakeNumber(text, 4, &year) || !Take(text, "-") || !TakeNumber(text, 2, &month) || !Take(text, "-") ||
      !TakeNumber(text, 2, &day) || !Take(text, "T") || !TakeClock(text, &hour, &minute, &second)) {
    return std::nullopt;
  }
  absl::Duration fraction;
  if (Take(text, ".")) {
    absl::Duration unit = absl::Seconds(1);
    const std::size_t before = text.size();
    for (int digit; TakeNumber(text, 1, &digit);) fraction += (unit /= 10) * digit;
    if (text.size() == before) return std::nullopt;
  }
  if (text != "Z") return std::nullopt;
  const std::optional<absl::Time> moment = MomentOf(year, month, day, hour, minute, second);
  if (!moment) return std::nullopt;
  return *moment + fraction;
}

std::string FormatTimestamp(absl::Time time) {
  // By hand: absl::FormatTime takes longer than the signature that this becomes a part of.
  const absl::CivilSecond civil = absl::ToCivilSecond(time, absl::UTCTimeZone());
  std::string text = "0000-00-00T00:00:00Z";
  const auto put = [&text](std::size_t last, int digits, std::int64_t number) {
    for (; digits > 0; --digits, --last, number /= 10) text[last] = static_cast<char>('0' + number % 10);
  };
  put(3, 4, civil.year());
  put(6, 2, civil.month());
  put(9, 2, civil.day());
  put(12, 2, civil.hour());
  put(15, 2, civil.minute());
  put(18, 2, civil.second());
  return text;
}

std::optional<absl::Time> ParseHttpDate(std::string_view text) {
  text = Trimmed(text);
  // The day of the week follows from the date, so it is not looked at.
  if (text.size() < 5 || text.substr(3, 2) != ", ") return std::nullopt;
  text.remove_prefix(5);
  int day, year, hour, minute, second;
  if (!TakeNumber(text, 2, &day) || !Take(text, " ")) return std::nullopt;
  int month = 0;
  for (int i = 0; i < 12 && month == 0; ++i) {
    if (Take(text, kMonths[static_cast<std::size_t>(i)])) month = i + 1;
  }
  if (month == 0 || !Take(text, " ") || !TakeNumber(text, 4, &year) || !Take(text, " ") ||
      !TakeClock(text, &hour, &minute, &second) || text != " GMT") {
    return std::nullopt;
  }
  return MomentOf(year, month, day, hour, minute, second);
}

}  // namespace taskgateway::alibaba
