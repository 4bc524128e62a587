#include "tools/simulator/body.h"

#include <algorithm>

namespace taskgateway::simulator {

void Body::Append(std::string_view text) {
  text_ += text;
  size_ += text.size();
}

void Body::Append(LogSlice log) {
  logs_.push_back({text_.size(), log});
  size_ += EscapedLogSize(log);
}

std::string Body::ToString() const {
  std::string all;
  BodyReader(*this).Read(all, size_);
  return all;
}

bool BodyReader::Read(std::string& out, std::size_t size) {
  while (out.size() < size) {
    if (log_) {
      if (log_->Read(out, size)) return true;
      log_.reset();
      ++logs_done_;
      continue;
    }
    const bool has_log = logs_done_ < body_.logs_.size();
    const std::size_t end = has_log ? body_.logs_[logs_done_].at : body_.text_.size();
    const std::size_t part = std::min(end - text_done_, size - out.size());
    out.append(body_.text_, text_done_, part);
    text_done_ += part;
    if (text_done_ < end) return true;
    if (!has_log) return false;
    log_.emplace(body_.logs_[logs_done_].log);
  }
  return log_ || logs_done_ < body_.logs_.size() || text_done_ < body_.text_.size();
}

}  // namespace taskgateway::simulator
