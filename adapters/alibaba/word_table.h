// The words of an API as the contract's values.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "adapters/core/trimmed.h"

namespace taskgateway::alibaba {

// A word and what it means.
template <typename T>
using Word = std::pair<absl::string_view, T>;

// What `word` means, or `otherwise`. Surrounding white space and letter case do not count.
template <typename T, std::size_t N>
T MeaningOf(const Word<T> (&table)[N], std::string_view word, T otherwise) {
  const std::string_view trimmed = core::Trimmed(word);
  for (const auto& [name, value] : table) {
    if (absl::EqualsIgnoreCase(name, absl::string_view(trimmed.data(), trimmed.size()))) return value;
  }
  return otherwise;
}

}  // namespace taskgateway::alibaba
