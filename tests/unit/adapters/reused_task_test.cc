// Tasks whose memory was another's before.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/core/reuse.h"
#include "adapters/registry/registry.h"
#include "adapters/task_adapter.h"
#include "gtest/gtest.h"
#include "tests/unit/adapters/golden_pairs.h"

namespace taskgateway {
namespace {

struct Pair {
  std::string_view kind;
  std::string_view task_name;
  std::string name;
};

std::vector<Pair> AllPairs() {
  std::vector<Pair> pairs;
  for (std::string& name : golden::PairNames("cloud_control")) {
    pairs.push_back({"cloud_control", "sources/golden/tasks/task-433aead756057fff8189a7ce5****", std::move(name)});
  }
  for (std::string& name : golden::PairNames("service_catalog")) {
    pairs.push_back({"service_catalog", "sources/golden/tasks/task-bp1dmg242c****", std::move(name)});
  }
  return pairs;
}

// The serialized task; empty when the reply is none.
std::string Decoded(const Pair& pair) {
  const Reply<DecodedTask> reply = registry::FindAdapter(pair.kind)->DecodeGetTask(
      golden::ReadReply(pair.kind, pair.name), {.name = pair.task_name, .host = "upstream.example"}, false);
  return reply.verdict.status.ok() ? reply.value.task->SerializeAsString() : "";
}

void ForgetKept() {
  core::KeptMessages<v1::Task>().clear();
  core::KeptMessages<v1::TaskError>().clear();
  core::KeptMessages<v1::TaskTarget>().clear();
  core::KeptMessages<v1::CloudControlDetails>().clear();
  core::KeptMessages<v1::ServiceCatalogDetails>().clear();
}

TEST(ReusedTaskTest, HasNothingOfTheTaskBefore) {
  std::vector<std::string> fresh;
  const std::vector<Pair> pairs = AllPairs();
  for (const Pair& pair : pairs) {
    ForgetKept();
    fresh.push_back(Decoded(pair));
  }
  // Each behind every other one.
  for (std::size_t before = 0; before < pairs.size(); ++before) {
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      Decoded(pairs[before]);
      ASSERT_EQ(Decoded(pairs[i]), fresh[i]) << pairs[i].name << " behind " << pairs[before].name;
    }
  }
}

TEST(ReusedTaskTest, TakesTheMemoryOfTheTaskBefore) {
  ForgetKept();
  const v1::Task* task;
  const v1::TaskTarget* target;
  {
    const ReusedTask first(100);
    task = &*first;
    target = core::TakePart(&*first, &v1::Task::set_allocated_target);
    first->set_uid(std::string(100, 'x'));
  }
  const ReusedTask second(100);
  EXPECT_EQ(&*second, task);
  EXPECT_FALSE(second->has_target());
  EXPECT_EQ(core::TakePart(&*second, &v1::Task::set_allocated_target), target);
  EXPECT_EQ(second->uid(), "");
  EXPECT_GE(second->mutable_uid()->capacity(), 100u);
}

TEST(ReusedTaskTest, DoesNotHoldOnToALargeOne) {
  ForgetKept();
  { const ReusedTask large(std::size_t{1} << 20); }
  EXPECT_TRUE(core::KeptMessages<v1::Task>().empty());
  {
    const ReusedTask long_one(100);
    for (int i = 0; i < 100; ++i) long_one->add_outputs();
  }
  EXPECT_TRUE(core::KeptMessages<v1::Task>().empty());
  { const ReusedTask unknown; }
  EXPECT_TRUE(core::KeptMessages<v1::Task>().empty());
  {
    std::vector<ReusedTask> many;
    for (std::size_t i = 0; i < 2 * core::kMostKept; ++i) many.emplace_back(100);
  }
  EXPECT_EQ(core::KeptMessages<v1::Task>().size(), core::kMostKept);
}

}  // namespace
}  // namespace taskgateway
