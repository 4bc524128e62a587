// One configured upstream at run time.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/task_adapter.h"
#include "gateway/upstream/budget.h"
#include "gateway/upstream/upstream_call.h"

namespace taskgateway::tasks {

// One of a source's upstream operations, with its budget.
struct SourceOperation {
  const Operation& operation;
  upstream::Budget& budget;
};

// What the gateway knows of one source. Names and limits never change, nor do the channel's adapter and endpoint; the
// rest of `channel` and the budgets belong to the loop thread.
struct Source {
  std::string name;     // `{source}` of resource names
  std::string account;  // as configured
  upstream::Channel channel;
  std::vector<upstream::Budget*>
      budgets;  // one per traits().operations, in that order; shared with sources of the same endpoint

  const TaskAdapter& adapter() const { return channel.adapter; }
  // The one called `operation`, of the adapter's.
  SourceOperation OperationOf(std::string_view operation) const;
};

// Every source, sorted by name. Never changes once the server runs.
class Sources {
 public:
  explicit Sources(std::vector<std::unique_ptr<Source>> sources);

  // The source called `name`, or a null pointer.
  Source* Find(std::string_view name) const;
  const std::vector<std::unique_ptr<Source>>& all() const { return sources_; }

 private:
  std::vector<std::unique_ptr<Source>> sources_;
};

}  // namespace taskgateway::tasks
