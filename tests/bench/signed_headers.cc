#include "tests/bench/signed_headers.h"

#include <time.h>

#include <cstddef>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace taskgateway::bench {
namespace {

// So few that they stay in the cache until they are sent.
constexpr std::size_t kSignedAtATime = 256;

std::int64_t CpuNanoseconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

}  // namespace

SignedHeaders::SignedHeaders(std::string name, const std::string& host, const std::string& task_id)
    : name_(std::move(name)), request_(adapter_.GetTask(task_id)) {
  request_.host = host;
}

Headers SignedHeaders::Next(Headers used) {
  used_.push_back(std::move(used));
  if (ready_.empty()) SignMore();
  Headers next = std::move(ready_.back());
  ready_.pop_back();
  return next;
}

void SignedHeaders::SignMore() {
  const std::int64_t begin = CpuNanoseconds();
  used_.clear();
  while (ready_.size() < kSignedAtATime) {
    core::HttpRequest request = request_;
    const std::string nonce = absl::StrFormat("%s-%023d", name_, ++nonce_);
    adapter_.Sign(request, credentials_, {.time = absl::Now(), .nonce = nonce});
    curl_slist* lines = nullptr;
    for (const core::HttpHeader& header : request.headers) {
      lines = curl_slist_append(lines, (header.name + ": " + header.value).c_str());
    }
    ready_.emplace_back(lines);
  }
  cpu_nanoseconds_ += CpuNanoseconds() - begin;
}

}  // namespace taskgateway::bench
