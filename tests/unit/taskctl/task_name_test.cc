#include "tools/taskctl/task_name.h"

#include "gtest/gtest.h"

namespace taskgateway::taskctl {
namespace {

TEST(FullTaskName, ASourceAndATaskAreEnough) {
  EXPECT_EQ(FullTaskName("cloud-control/task-1"), "sources/cloud-control/tasks/task-1");
  EXPECT_EQ(FullTaskName("-/task-1"), "sources/-/tasks/task-1");
}

TEST(FullTaskName, ATaskAloneIsLookedForInEverySource) { EXPECT_EQ(FullTaskName("task-1"), "sources/-/tasks/task-1"); }

TEST(FullTaskName, LeavesOtherNamesToTheGateway) {
  for (const char* name :
       {"sources/a/tasks/b", "sources/a/provisionedProducts/pp-1/tasks/latest", "", "/", "a/", "/b", "a/b/c"}) {
    EXPECT_EQ(FullTaskName(name), name);
  }
}

TEST(ShortTaskName, IsTheWayBack) {
  EXPECT_EQ(ShortTaskName("sources/cloud-control/tasks/task-1"), "cloud-control/task-1");
}

TEST(ShortTaskName, LeavesOtherNames) {
  for (const char* name : {"", "task-1", "sources/a", "sources/a/provisionedProducts/p/tasks/latest"})
    EXPECT_EQ(ShortTaskName(name), name);
}

}  // namespace
}  // namespace taskgateway::taskctl
