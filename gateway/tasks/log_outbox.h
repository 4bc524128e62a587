// What one reader of a log has not been sent yet.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "gateway/base/mutex.h"
#include "gateway/tasks/log_cursor.h"
#include "gateway/tasks/log_token.h"

namespace taskgateway::tasks {

// What a reader of a log asks for.
struct LogTerms {
  bool follow = false;
  std::optional<LogResumePoint> resume_from = {};
  std::size_t tail_bytes = 0;  // 0: from the start
  LogFilter filter = {};

  std::optional<LogPoint> resumes_at() const {
    return resume_from ? std::optional<LogPoint>(resume_from->point) : std::nullopt;
  }
};

// Holds a place in the log instead of a queue, and of logs only the latest: a slow reader costs no more than the chunk
// that is under way. A chunk is composed when it is taken.
//
// The loop puts, whoever writes to the reader takes. Thread-safe. One message is under way at a time, and the stream is
// finished once, when none is.
class LogOutbox {
 public:
  // What to do next.
  struct Step {
    enum Kind {
      kNothing,
      kWrite,   // `message`, a serialized v1::ReadTaskLogsResponse; call Written when that is done
      kGoOn,    // take again, but not on a thread that has others to serve: long stretches are being hashed
      kFinish,  // end the stream with `status`
    };
    Kind kind = kNothing;
    std::shared_ptr<const std::string> message = {};
    absl::Status status = {};
  };

  explicit LogOutbox(LogTerms terms) : terms_(std::move(terms)) {}
  LogOutbox(const LogOutbox&) = delete;
  LogOutbox& operator=(const LogOutbox&) = delete;

  // The task's log as it is now. It differs from the one before from `difference` on (kNoPoint: it is the same and
  // more). `done`: it is final. `name` is the task's, canonical.
  void PutLog(const std::string& name, SharedLog log, const LogPoint& difference, bool done);
  // Says that the stream is alive, unless it says something else anyway.
  void PutKeepAlive();
  // The stream ends with `status`, without what has not been sent.
  void Fail(absl::Status status);
  // The reader is gone: nothing is written any more.
  void Cancel();

  Step Take();
  void Written();

 private:
  // What Take works with while it does not hold the mutex.
  struct View {
    std::string name;
    SharedLog log;
    LogPoint difference;
    bool done;
  };

  Step Compose(const View& view);
  // Brings the cursor to where the stream begins, or begins again; nothing when it is there.
  std::optional<Step> Seek(const View& view);
  Step Message(const View& view, const LogChunk& chunk, bool rewritten, bool end_of_log) const;

  const LogTerms terms_;

  base::Mutex mutex_;
  std::string name_;
  SharedLog log_;
  LogPoint difference_ = kNoPoint;  // since Take looked last
  bool done_ = false;
  bool keep_alive_ = false;
  std::optional<absl::Status> failed_;
  bool busy_ = false;      // somebody composes or writes
  bool finished_ = false;  // kFinish was taken

  // Of whoever is busy.
  LogCursor cursor_;
  bool begun_ = false;            // it is known where the stream begins
  bool sent_ = false;             // text, now or before the cut that is resumed
  std::optional<LogPoint> goal_;  // where the cursor has to go first
  bool checks_resume_ = false;    // at the goal, the digest must be the token's
  bool tells_rewritten_ = false;  // once the cursor is there
  bool end_told_ = false;
};

}  // namespace taskgateway::tasks
