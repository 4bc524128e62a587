#include "gateway/base/file_sink.h"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

namespace taskgateway::base {
namespace {

constexpr std::chrono::seconds kPatienceAtEnd(1);
// How soon a sink that ends is heard of.
constexpr absl::Duration kLook = absl::Milliseconds(100);

}  // namespace

FileSink::~FileSink() {
  {
    MutexLock lock(mutex_);
    written_.wait_for(lock, kPatienceAtEnd, [this] { return !writing_; });
  }
  stopping_ = true;
}

bool FileSink::Takes(absl::Duration patience) const {
  pollfd descriptor{.fd = descriptor_, .events = POLLOUT, .revents = 0};
  return poll(&descriptor, 1, static_cast<int>(absl::ToInt64Milliseconds(patience))) > 0;
}

std::string_view FileSink::WriteSome(std::string_view text) const {
  const ssize_t written = ::write(descriptor_, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
  if (written < 0) return errno == EINTR || errno == EAGAIN ? text : "";  // "": nobody is there to be told
  return text.substr(static_cast<std::size_t>(written));
}

bool FileSink::Write(std::string_view line) {
  const MutexLock lock(mutex_);
  if (!writing_ && line.size() <= PIPE_BUF && Takes(absl::ZeroDuration())) {
    line = WriteSome(line);
  } else if (queue_.size() + line.size() > kMaxQueued) {
    return false;
  }
  queue_.append(line);
  if (!queue_.empty() && !std::exchange(writing_, true)) thread_.Run([this] { WriteQueued(); });
  return true;
}

void FileSink::WriteQueued() {
  for (;;) {
    std::string text;
    {
      const MutexLock lock(mutex_);
      text.swap(queue_);
      writing_ = !text.empty();
    }
    if (text.empty()) return written_.notify_all();
    for (std::string_view rest = text; !rest.empty();) {
      if (stopping_) return;
      if (Takes(kLook)) rest = WriteSome(rest);
    }
  }
}

}  // namespace taskgateway::base
