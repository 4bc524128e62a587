// Lines of the log on their way out.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "gateway/base/executor.h"
#include "gateway/base/log.h"
#include "gateway/base/mutex.h"

namespace taskgateway::base {

// Writes to a file descriptor and never waits for who reads there: what it does not take at once is queued, and written
// by a thread of the sink's own.
class FileSink final : public LogSink {
 public:
  // Bytes that are queued at most; as many again may be on their way.
  static constexpr std::size_t kMaxQueued = std::size_t{1} << 20;

  // `descriptor` is open for writing while the sink lives, and stays open.
  explicit FileSink(int descriptor) : descriptor_(descriptor) {}
  // Gives the reader a second for what is queued.
  ~FileSink() override;

  // False when the queue is full. A descriptor that takes nothing any more takes all.
  bool Write(std::string_view line) override;

 private:
  // Whether a write of PIPE_BUF bytes will not block, or fails at once.
  bool Takes(absl::Duration patience) const;
  // Writes once; the rest of `text`.
  std::string_view WriteSome(std::string_view text) const;
  void WriteQueued();

  const int descriptor_;
  Mutex mutex_;
  CondVar written_;
  std::string queue_;     // guarded by mutex_
  bool writing_ = false;  // WriteQueued is under way; guarded by mutex_
  std::atomic<bool> stopping_ = false;
  ThreadPool thread_{1};  // last: it ends first
};

}  // namespace taskgateway::base
