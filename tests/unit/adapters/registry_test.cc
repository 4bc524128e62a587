#include "adapters/registry/registry.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace taskgateway {
namespace {

namespace fs = std::filesystem;

TEST(Registry, FindsAnAdapterForEveryKind) {
  for (const std::string_view kind : registry::Kinds()) {
    const TaskAdapter* adapter = registry::FindAdapter(kind);
    ASSERT_NE(adapter, nullptr) << kind;
    EXPECT_EQ(adapter->traits().kind, kind);
  }
}

TEST(Registry, AnswersWithOneAndTheSameAdapter) {
  EXPECT_EQ(registry::FindAdapter("cloud_control"), registry::FindAdapter("cloud_control"));
}

TEST(Registry, ListsTheKindsSorted) {
  EXPECT_THAT(registry::Kinds(), testing::ElementsAre("cloud_control", "service_catalog"));
  const std::vector<std::string_view> kinds = registry::Kinds();
  EXPECT_TRUE(std::is_sorted(kinds.begin(), kinds.end()));
}

TEST(Registry, DoesNotFindWhatIsNoKind) {
  for (const std::string_view kind : {"", "cloud-control", "Cloud_Control", "cloud_control ", "alibaba"}) {
    EXPECT_EQ(registry::FindAdapter(kind), nullptr) << kind;
  }
}

// One word everywhere: the kind is the name of the adapter's folder, and every adapter's folder is registered.
TEST(Registry, NamesEachKindAsItsFolder) {
  std::set<std::string> folders;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(TASKGATEWAY_SOURCE_DIR) / "adapters")) {
    if (entry.is_directory()) folders.insert(entry.path().filename());
  }
  for (const char* floor : {"core", "alibaba", "registry"}) folders.erase(floor);
  const std::vector<std::string_view> kinds = registry::Kinds();
  EXPECT_EQ(folders, std::set<std::string>(kinds.begin(), kinds.end()));
}

TEST(Registry, GivesEveryAdapterSensibleTraits) {
  for (const std::string_view kind : registry::Kinds()) {
    const Traits& traits = registry::FindAdapter(kind)->traits();
    ASSERT_FALSE(traits.operations.empty());
    EXPECT_EQ(traits.operations.front().name, "GetTask");
    EXPECT_GT(traits.min_poll_interval, absl::ZeroDuration());
    std::set<std::string_view> names;
    for (const Operation& operation : traits.operations) {
      EXPECT_TRUE(names.insert(operation.name).second) << operation.name;
      EXPECT_GT(operation.requests_per_second, 0) << operation.name;
      EXPECT_GT(operation.burst, 0) << operation.name;
      EXPECT_GT(operation.max_reply_bytes, 0u) << operation.name;
    }
    EXPECT_EQ(names.count("CancelTask") != 0, traits.can_cancel) << kind;
    EXPECT_EQ(names.count("ListTasks") != 0, traits.can_list) << kind;
  }
}

}  // namespace
}  // namespace taskgateway
