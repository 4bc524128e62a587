#include "adapters/registry/registry.h"

#include <algorithm>

#include "adapters/cloud_control/cloud_control.h"
#include "adapters/service_catalog/service_catalog.h"

namespace taskgateway::registry {
namespace {

// Never destroyed: sources use their adapter until the process ends.
const std::vector<const TaskAdapter*>& Adapters() {
  static const auto& adapters = *new std::vector<const TaskAdapter*>{
      new cloud_control::CloudControlAdapter,
      new service_catalog::ServiceCatalogAdapter,
  };
  return adapters;
}

}  // namespace

const TaskAdapter* FindAdapter(std::string_view kind) {
  for (const TaskAdapter* adapter : Adapters()) {
    if (adapter->traits().kind == kind) return adapter;
  }
  return nullptr;
}

std::vector<std::string_view> Kinds() {
  std::vector<std::string_view> kinds;
  for (const TaskAdapter* adapter : Adapters()) kinds.push_back(adapter->traits().kind);
  std::sort(kinds.begin(), kinds.end());
  return kinds;
}

}  // namespace taskgateway::registry
