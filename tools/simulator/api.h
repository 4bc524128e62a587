// The two APIs that the simulator plays.
#pragma once

#include <string_view>

namespace taskgateway::simulator {

enum class Api { kUnknown, kCloudControl, kServiceCatalog };

inline constexpr std::string_view kCloudControlVersion = "2022-08-30";
inline constexpr std::string_view kServiceCatalogVersion = "2021-09-01";

// `cloud_control`, `service_catalog` or `unknown`: the word in scenarios, control requests and the ledger.
constexpr std::string_view WordOf(Api api) {
  switch (api) {
    case Api::kCloudControl:
      return "cloud_control";
    case Api::kServiceCatalog:
      return "service_catalog";
    case Api::kUnknown:
      break;
  }
  return "unknown";
}

}  // namespace taskgateway::simulator
