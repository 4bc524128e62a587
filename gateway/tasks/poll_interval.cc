#include "gateway/tasks/poll_interval.h"

#include <algorithm>

namespace taskgateway::tasks {

absl::Duration PollInterval(v1::Task::State state, absl::Duration age, absl::Duration least) {
  const absl::Duration most = state == v1::Task::UNKNOWN ? kMaxUnknownPollInterval : kMaxPollInterval;
  return std::clamp(age * kShareOfAge, least, most);
}

}  // namespace taskgateway::tasks
