#include "gateway/server/readiness.h"

#include "absl/strings/str_cat.h"

namespace taskgateway::server {
namespace {

const char* Word(bool value) { return value ? "true" : "false"; }

}  // namespace

std::string Readiness::Json() const {
  return absl::StrCat("{\"ready\":", Word(ready()), ",\"started\":", Word(started_), ",\"draining\":", Word(draining_),
                      ",\"listening\":", Word(listening_), ",\"accounts_without_keys\":", accounts_without_keys_.load(),
                      "}\n");
}

}  // namespace taskgateway::server
