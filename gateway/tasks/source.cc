#include "gateway/tasks/source.h"

#include <algorithm>
#include <utility>

namespace taskgateway::tasks {

SourceOperation Source::OperationOf(std::string_view operation) const {
  const std::vector<Operation>& operations = adapter().traits().operations;
  const auto found = std::ranges::find(operations, operation, &Operation::name);
  return {*found, *budgets[static_cast<std::size_t>(found - operations.begin())]};
}

Sources::Sources(std::vector<std::unique_ptr<Source>> sources) : sources_(std::move(sources)) {
  std::ranges::sort(sources_, {}, [](const auto& source) -> const std::string& { return source->name; });
}

Source* Sources::Find(std::string_view name) const {
  const auto found =
      std::ranges::lower_bound(sources_, name, {}, [](const auto& source) { return std::string_view(source->name); });
  return found != sources_.end() && (*found)->name == name ? found->get() : nullptr;
}

}  // namespace taskgateway::tasks
