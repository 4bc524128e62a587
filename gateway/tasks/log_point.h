// Places in a task's log.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include "adapters/task_adapter.h"

namespace taskgateway::tasks {

// A log that several read.
using SharedLog = std::shared_ptr<const TaskLog>;

// A place in a log: this many bytes into an entry. Behind the last byte of an entry and in front of the next one are
// two places.
struct LogPoint {
  std::size_t entry = 0;
  std::size_t offset = 0;

  friend auto operator<=>(const LogPoint&, const LogPoint&) = default;  // NOLINT(modernize-use-nullptr): a false alarm
};

// Behind every place.
inline constexpr LogPoint kNoPoint{std::numeric_limits<std::size_t>::max(), 0};

// Behind the last byte.
LogPoint EndOf(const TaskLog& log);

// Whether the log has this place, between two characters.
bool Has(const TaskLog& log, const LogPoint& point);

// The first place behind which `newer` has something else than `older`; kNoPoint when it has all of it and goes on from
// there, in its last entry or in further ones.
LogPoint FirstDifference(const TaskLog& older, const TaskLog& newer);

// Memory that the log holds, bytes.
std::size_t BytesOf(const TaskLog& log);

}  // namespace taskgateway::tasks
