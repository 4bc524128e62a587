// Suggestions for mistyped words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace taskgateway::server {

// The candidate that `word` most likely was meant to be: the one with the fewest edits (insert, drop or replace a
// byte), the first of equals. Empty when none is within a third of the word's length (at least two edits).
std::string NearestWord(std::string_view word, const std::vector<std::string>& candidates);

// `did you mean "GetTask"? Known are GetTask, ListTasks`, the question only where there is a nearest word.
std::string SuggestWord(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace taskgateway::server
