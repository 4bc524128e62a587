#include "gateway/tasks/task_update.h"

#include <tuple>
#include <utility>

#include "gateway/tasks/resume_token.h"
#include "taskgateway/v1/watch_tasks.pb.h"

namespace taskgateway::tasks {

TaskUpdate::TaskUpdate(SharedReading reading)
    : reading_(std::move(reading)),
      resume_token_(ToToken({.name = reading_->name(), .etag = reading_->etag(), .state = reading_->state()})) {}

SharedBytes TaskUpdate::Snapshot(bool gap) const { return Event(gap ? 1 : 0); }

SharedBytes TaskUpdate::Changed(v1::Task::State previous) const {
  return Event(std::size_t{2} + static_cast<std::size_t>(previous));
}

SharedBytes TaskUpdate::Event(std::size_t index) const {
  base::MutexLock lock(mutex_);
  SharedBytes& event = events_[index];
  if (event != nullptr) return event;
  v1::WatchTasksResponse response;
  response.set_name(reading_->name());
  response.set_requested_name(reading_->name());
  response.set_resume_token(resume_token_);
  v1::Task* told;
  if (index < 2) {
    response.mutable_snapshot()->set_gap(index == 1);
    told = response.mutable_snapshot()->mutable_task();
  } else {
    response.mutable_changed()->set_previous_state(static_cast<v1::Task::State>(index - 2));
    told = response.mutable_changed()->mutable_task();
  }
  // The reply is within the size that clients take, the task may not be.
  std::ignore = told->ParseFromString(reading_->Serialized(v1::TASK_VIEW_BASIC));
  event = std::make_shared<const std::string>(response.SerializeAsString());
  return event;
}

}  // namespace taskgateway::tasks
