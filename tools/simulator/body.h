// The body of a reply: text, with generated logs in between that exist only while they are sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/simulator/log_text.h"

namespace taskgateway::simulator {

class Body {
 public:
  Body() = default;
  explicit Body(std::string text) : text_(std::move(text)), size_(text_.size()) {}

  void Append(std::string_view text);
  // The slice, escaped for the JSON string that the text around it opens and closes.
  void Append(LogSlice log);

  // Bytes in all.
  std::uint64_t size() const { return size_; }
  // The body is `text` alone.
  bool plain() const { return logs_.empty(); }
  const std::string& text() const { return text_; }
  // Everything in one string.
  std::string ToString() const;

 private:
  friend class BodyReader;
  struct Insert {
    std::size_t at;  // offset in text_
    LogSlice log;
  };

  std::string text_;
  std::vector<Insert> logs_;
  std::uint64_t size_ = 0;
};

// Reads a body in order. The body outlives the reader.
class BodyReader {
 public:
  explicit BodyReader(const Body& body) : body_(body) {}

  // Appends to `out` until it has about `size` bytes (never less while there is more). False when the body is over.
  bool Read(std::string& out, std::size_t size);

 private:
  const Body& body_;
  std::size_t text_done_ = 0;
  std::size_t logs_done_ = 0;
  std::optional<EscapedLogReader> log_;
};

}  // namespace taskgateway::simulator
