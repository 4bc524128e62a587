// What goes back over the wire for one request, mishaps included.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "adapters/core/http_message.h"
#include "tools/simulator/body.h"

namespace taskgateway::simulator {

// How the bytes of a reply travel.
struct Delivery {
  // Before the first byte.
  absl::Duration delay;
  // The connection ends after so many bytes of the body, though Content-Length promises all.
  std::optional<std::uint64_t> truncate_at;
  // The body trickles at this rate. 0: as fast as it goes.
  std::uint64_t bytes_per_second = 0;
  // The connection is reset.
  enum class Reset { kNo, kBeforeHeaders, kAfterHeaders };
  Reset reset = Reset::kNo;
  // Nothing is ever sent; the connection stays open until the client closes it.
  bool hang = false;
};

struct Reply {
  int status = 200;
  std::string content_type = "application/json;charset=utf-8";
  core::HttpHeaders headers = {};  // besides Date, Content-Type, Content-Length and Connection
  Body body = {};
  Delivery delivery = {};
  // Number of its ledger entry; 0 for none.
  std::uint64_t sequence = 0;
};

}  // namespace taskgateway::simulator
