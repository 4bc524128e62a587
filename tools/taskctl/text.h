// Text for terminals: harmless, measured, cut; times and ages. Pure.
#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace taskgateway::taskctl {

// `text` so that a terminal can only show it: control characters (C0 without line feed, DEL, C1), characters that
// reorder text and bytes that are not UTF-8 become `\x1b`, `\u{202e}` and the like. A tab becomes a space, CR LF
// becomes LF.
std::string Visible(std::string_view text);

// Visible() on one line: each run of white space becomes one space, none at either end.
std::string VisibleLine(std::string_view text);

// `text` without the escape sequences that only colour it (`ESC [ … m`), which command logs are full of.
std::string WithoutColours(std::string_view text);

// Columns that a terminal needs for one line of Visible() text: wide East Asian characters take two, combining ones
// none.
int DisplayWidth(std::string_view line);

// `line` cut to `columns`, with `…` in the last one if something was cut. 0 or less columns: not cut.
std::string Cut(std::string_view line, int columns);

// `text` with every line after the first indented by `columns` spaces.
std::string IndentRest(std::string_view text, int columns);

// UTC to the second, the same in every locale: `2026-11-22T15:05:09Z`.
std::string UtcTime(absl::Time time);

// The two greatest units of a duration of 0 or more: `12s`, `4m10s`, `3h5m`, `2d4h`.
std::string Age(absl::Duration duration);

// How far `time` is from `now`: `4m10s ago`, `in 5s`.
std::string RelativeTo(absl::Time time, absl::Time now);

}  // namespace taskgateway::taskctl
