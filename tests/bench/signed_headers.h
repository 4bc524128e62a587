// Requests of the gateway to the simulator, signed before they are needed.
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "adapters/registry/registry.h"

namespace taskgateway::bench {

struct FreeHeaders {
  void operator()(curl_slist* headers) const { curl_slist_free_all(headers); }
};
using Headers = std::unique_ptr<curl_slist, FreeHeaders>;

// The very headers that the gateway sends to read one Cloud Control task, each time with a nonce of its own. One
// thread.
class SignedHeaders {
 public:
  // `name` is what its nonces begin with, of eight letters, and unlike that of another program; `host` is `HOST:PORT`
  // of the simulator.
  SignedHeaders(std::string name, const std::string& host, const std::string& task_id);

  // What they are sent to.
  std::string url() const { return "http://" + request_.host + request_.path; }
  // What signing has cost this thread so far, which is to be taken off.
  std::int64_t cpu_nanoseconds() const { return cpu_nanoseconds_; }

  // Takes the headers of the request before, and returns those of the next one.
  Headers Next(Headers used);

 private:
  void SignMore();

  const std::string name_;
  const TaskAdapter& adapter_ = *registry::FindAdapter("cloud_control");
  const core::Credentials credentials_{
      .access_key_id = "simulator", .access_key_secret = core::Secret("simulator-secret"), .security_token = {}};
  core::HttpRequest request_;
  std::vector<Headers> ready_;
  std::vector<Headers> used_;
  std::int64_t nonce_ = 0;
  std::int64_t cpu_nanoseconds_ = 0;
};

}  // namespace taskgateway::bench
