#include "gateway/server/recent_failures.h"

#include <algorithm>
#include <utility>

#include "adapters/core/utf8.h"

namespace taskgateway::server {
namespace {

constexpr std::size_t kMaxCodeBytes = 128;
constexpr std::size_t kMaxMessageBytes = 512;

std::string Cut(const std::string& text, std::size_t bytes) { return std::string(core::CutUtf8(text, bytes)); }

}  // namespace

void RecentFailures::Add(const v1::Task& task, absl::Time now) {
  const v1::TaskError& error = task.error();
  const bool rooted = !error.root_code().empty() || !error.root_message().empty();
  base::MutexLock lock(mutex_);
  if (std::ranges::find(failures_, task.name(), &TaskFailure::name) != failures_.end()) return;
  failures_.push_front({.name = task.name(),
                        .read_at = now,
                        .code = Cut(rooted ? error.root_code() : error.source_code(), kMaxCodeBytes),
                        .message = Cut(rooted ? error.root_message() : error.message(), kMaxMessageBytes)});
  if (failures_.size() > kMax) failures_.pop_back();
}

std::vector<TaskFailure> RecentFailures::All() const {
  base::MutexLock lock(mutex_);
  return {failures_.begin(), failures_.end()};
}

}  // namespace taskgateway::server
