// Mishaps on order: which requests meet one, and what it is.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "rapidjson/document.h"
#include "tools/simulator/api_error.h"
#include "tools/simulator/reply.h"

namespace taskgateway::simulator {

// A body that is not the API's.
struct ForeignAnswer {
  int status = 200;
  std::string content_type;
  std::string text;
};

// One mishap. At most one of `error` and `foreign` stands in for the API's own answer; the rest is about how the answer
// travels.
struct Fault {
  std::optional<ApiError> error;
  std::optional<ForeignAnswer> foreign;
  core::HttpHeaders headers;  // added to the reply, such as x-acs-retry-after
  Delivery delivery;
  bool gzip = false;  // the body is compressed, with Content-Encoding
};

struct FaultRule {
  // Which requests; unset or empty: any.
  std::optional<Api> api;
  std::string action;
  std::string task_id;
  // How many of them; 0: all until the rule is removed.
  std::int64_t count = 0;
  Fault fault;
};

// Reads a rule:
//
//   match: {api: cloud_control, action: GetTask, task: task-1}   # each one optional
//   count: 3                                                     # missing: every time
//   error: {status: 429, code: Throttling.User, message: "…", envelope: gateway}   # gateway, mixed, lower, xml
//   headers: {x-acs-retry-after: "250"}
//   html: {status: 502}                                          # a proxy's error page
//   broken_json: {status: 200}                                   # JSON that breaks off
//   body: {status: 200, content_type: "text/plain", text: "…"}   # anything else
//   delay: 2s
//   gzip: true
//   truncate_at: 100                                             # bytes of the body
//   bytes_per_second: 64
//   reset: before_headers                                        # or after_headers
//   hang: true
//
// At most one of error, html, broken_json and body. Errors: INVALID_ARGUMENT with the member and the remedy.
absl::StatusOr<FaultRule> ReadFaultRule(const rapidjson::Value& value, const std::string& path);

// The rules in the order they were added. The simulator's thread only.
class FaultList {
 public:
  void Add(FaultRule rule) { rules_.push_back(std::move(rule)); }
  void Clear() { rules_.clear(); }
  // The fault of the first rule that matches, whose count it takes one from.
  std::optional<Fault> Take(Api api, std::string_view action, std::string_view task_id);

 private:
  std::list<FaultRule> rules_;
};

}  // namespace taskgateway::simulator
