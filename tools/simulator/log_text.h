// Terraform logs of any size, generated and never stored.
//
// The log of one entry is a fixed endless text that depends on the entry's number alone; a log of n bytes is its
// beginning, cut at a UTF-8 border. So a longer log always starts with the shorter one. It has line feeds, terminal
// escapes, quotes and characters of two, three and four bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace taskgateway::simulator {

// The beginning of the log of entry `entry` (0..99): at most `bytes` bytes, fewer by up to three at a UTF-8 border.
struct LogSlice {
  int entry = 0;
  std::uint64_t bytes = 0;
};

// The text itself.
std::string PlainLog(LogSlice slice);

// How many bytes the text has inside a JSON string, quotes excluded. Constant time.
std::uint64_t EscapedLogSize(LogSlice slice);

// Writes the text, escaped for a JSON string, piece by piece.
class EscapedLogReader {
 public:
  explicit EscapedLogReader(LogSlice slice) : slice_(slice) {}

  // Appends whole lines to `out` until it has at least `size` bytes or the log is over. False when the log is over.
  bool Read(std::string& out, std::size_t size);

 private:
  LogSlice slice_;
  std::uint64_t line_ = 0;
  std::uint64_t plain_done_ = 0;
};

}  // namespace taskgateway::simulator
