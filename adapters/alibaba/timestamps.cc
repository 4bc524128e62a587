#include "adapters/alibaba/timestamps.h"

#include <array>
#include <chrono>
#include <cstdint>

#include "adapters/core/trimmed.h"

namespace taskgateway::alibaba {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

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
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return absl::FromUnixSeconds(((days * 24 + hour) * 60 + minute) * 60 + second);
}

}  // namespace

std::optional<absl::Time> ParseTimestamp(std::string_view text) {
  text = core::Trimmed(text);
  // `2022-10-09T00:46:03` has its digits in known places.
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  if (text.size() <= kShape.size()) return std::nullopt;
  bool fits = true;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const auto digit = static_cast<unsigned char>(text[i] - '0');
    fits &= kShape[i] == '0' ? digit <= 9 : text[i] == kShape[i];
  }
  if (!fits) return std::nullopt;
  const auto two = [text](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  const std::optional<absl::Time> moment = MomentOf(two(0) * 100 + two(2), two(5), two(8), two(11), two(14), two(17));
  text.remove_prefix(kShape.size());
  if (!moment || text == "Z") return moment;
  absl::Duration fraction;
  absl::Duration unit = absl::Seconds(1);
  if (!Take(text, ".") || text == "Z") return std::nullopt;
  for (int digit; TakeNumber(text, 1, &digit);) fraction += (unit /= 10) * digit;
  if (text != "Z") return std::nullopt;
  return *moment + fraction;
}

std::string FormatTimestamp(absl::Time time) {
  // By hand: absl::FormatTime takes longer than the signature that this becomes a part of.
  const std::chrono::sys_seconds seconds{std::chrono::seconds(absl::ToUnixSeconds(time))};
  const auto midnight = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(midnight);
  const std::chrono::hh_mm_ss clock(seconds - midnight);
  std::string text = "0000-00-00T00:00:00Z";
  const auto put = [&text](std::size_t last, int digits, std::int64_t number) {
    for (; digits > 0; --digits, --last, number /= 10) text[last] = static_cast<char>('0' + number % 10);
  };
  put(3, 4, int{date.year()});
  put(6, 2, unsigned{date.month()});
  put(9, 2, unsigned{date.day()});
  put(12, 2, clock.hours().count());
  put(15, 2, clock.minutes().count());
  put(18, 2, clock.seconds().count());
  return text;
}

std::optional<absl::Time> ParseHttpDate(std::string_view text) {
  text = core::Trimmed(text);
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
