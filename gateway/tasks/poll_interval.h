// How long to wait before a task is read again.
#pragma once

#include "absl/time/time.h"
#include "taskgateway/v1/task.pb.h"

namespace taskgateway::tasks {

// A running task is read again after an eighth of its age, so its end is seen within about 15 % of the wait, jitter and
// round trip included, and ten minutes cost at most 60 reads.
inline constexpr double kShareOfAge = 1.0 / 8;
inline constexpr absl::Duration kMaxPollInterval = absl::Seconds(20);
inline constexpr absl::Duration kMaxUnknownPollInterval = absl::Seconds(60);

// The interval without jitter for a task that is not done. `age` is how long it has been known to exist; a negative one
// (the upstream's clock is ahead) counts as zero. `least` is the adapter's.
absl::Duration PollInterval(v1::Task::State state, absl::Duration age, absl::Duration least);

}  // namespace taskgateway::tasks
