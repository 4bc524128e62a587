// A walk along a log.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/base/digest.h"
#include "gateway/tasks/log_point.h"

namespace taskgateway::tasks {

// Content of a chunk, bytes at most.
inline constexpr std::size_t kMaxChunkBytes = std::size_t{64} << 10;

// Which entries a reader wants; an empty word wants all.
struct LogFilter {
  std::string command = {};
  std::string stream = {};

  bool Wants(const TaskLog::Entry& entry) const {
    return (command.empty() || command == entry.command) && (stream.empty() || stream == entry.stream);
  }
};

// A piece of an entry.
struct LogChunk {
  LogPoint begin;
  std::string_view content;
};

// Stands at a place and knows a digest of all that is in front of it. The log may be exchanged for a newer one between
// two steps, as long as nothing in front of the place differs.
class LogCursor {
 public:
  const LogPoint& point() const { return point_; }
  // Of commands, streams and contents in front of the place, whatever filter there is; every replica gets the same.
  std::string Digest() const { return digest_.Digest(); }

  // Goes towards `target`, which `log` has and which is not behind the cursor, past `max_bytes` of content at most.
  // True when it is there.
  bool Walk(const TaskLog& log, const LogPoint& target, std::size_t max_bytes);
  // Goes to the next content that `filter` wants, past at most `max_bytes` of other content, and past that content, up
  // to kMaxChunkBytes of it. Nothing when there is none so far: then the cursor is at the end of the log, unless
  // `max_bytes` were passed.
  std::optional<LogChunk> Next(const TaskLog& log, const LogFilter& filter, std::size_t max_bytes);

 private:
  LogPoint point_;
  bool begun_ = false;  // the entry's command and stream are in the digest
  base::RunningDigest digest_;
};

// The place `bytes` of wanted content before the end of the log, at a character.
LogPoint TailBegin(const TaskLog& log, const LogFilter& filter, std::size_t bytes);

}  // namespace taskgateway::tasks
