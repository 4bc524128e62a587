// What is wrong with a configuration file.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace taskgateway::server {

// More are counted, not told.
inline constexpr std::size_t kMaxProblems = 20;

// Where each field of the file stands: its path, such as `sources[1].endpoint`, to its line, from 1.
class FieldLines {
 public:
  void Set(const std::string& path, int line) { lines_[path] = line; }
  // The line of `path`, or of the nearest enclosing field that the file has; 1 for the whole file.
  int Of(std::string path) const;

 private:
  std::map<std::string, int> lines_;
};

// Collects the problems of one file.
class Problems {
 public:
  explicit Problems(std::string_view file_name) : file_name_(file_name) {}

  // `path` is empty for the file as a whole. `text` names the value and ends with the remedy.
  void Add(int line, const std::string& path, std::string_view text);
  // Whether something is wrong with the field, or with one inside of it.
  bool Touches(std::string_view path) const;
  bool empty() const { return count_ == 0; }
  // INVALID_ARGUMENT with one line each, in the order of the file; OK when there are none.
  absl::Status ToStatus() const;

 private:
  struct Problem {
    int line;
    std::string path;
    std::string text;
  };

  const std::string file_name_;
  std::vector<Problem> problems_;  // at most kMaxProblems
  std::size_t count_ = 0;
};

// `value` as errors show it: in quotes, control characters escaped, at most 80 bytes; `"***"` when there is an `@` or a
// `?` in it, as there may be a password in such a URL.
std::string QuoteValue(std::string_view value);

}  // namespace taskgateway::server
