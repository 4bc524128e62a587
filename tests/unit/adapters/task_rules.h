// What holds for every decoded task, whatever the reply was.
#pragma once

#include "gtest/gtest.h"
#include "taskgateway/v1/task.pb.h"

namespace taskgateway {

// Records a failure for every rule of the contract that `task` breaks.
inline void ExpectKeepsTheRules(const v1::Task& task) {
  using v1::Task;
  const bool ended_badly = task.state() == Task::FAILED || task.state() == Task::CANCELLED;
  EXPECT_NE(task.state(), Task::STATE_UNSPECIFIED);
  EXPECT_NE(task.action(), Task::ACTION_UNSPECIFIED);
  EXPECT_EQ(task.done(), ended_badly || task.state() == Task::SUCCEEDED);
  EXPECT_EQ(task.has_error(), ended_badly);
  if (task.has_error()) {
    EXPECT_GT(task.error().code(), 0);
  }
  if (task.state() == Task::CANCELLED) {
    EXPECT_EQ(task.error().code(), 1);
  }
  EXPECT_FALSE(task.uid().empty());
  EXPECT_TRUE(task.has_target());
  EXPECT_NE(task.details_case(), Task::DETAILS_NOT_SET);
  EXPECT_LE(task.warnings_size(), 33);
  for (const v1::TaskWarning& warning : task.warnings()) {
    EXPECT_NE(warning.kind(), v1::TaskWarning::KIND_UNSPECIFIED);
    EXPECT_EQ(warning.has_error(), warning.kind() == v1::TaskWarning::LEFTOVER_ERROR);
    if (warning.has_error()) {
      EXPECT_GT(warning.error().code(), 0);
    }
  }
  // What is the gateway's to fill in.
  EXPECT_EQ(task.name() + task.source() + task.etag(), "");
  EXPECT_FALSE(task.has_read_time() || task.has_next_poll_delay());
  // Parsing checks that all text is UTF-8.
  EXPECT_TRUE(Task().ParseFromString(task.SerializeAsString()));
}

}  // namespace taskgateway
