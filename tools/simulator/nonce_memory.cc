#include "tools/simulator/nonce_memory.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"

namespace taskgateway::simulator {
namespace {

constexpr absl::Duration kBucketWidth = absl::Minutes(1);
constexpr std::size_t kBuckets = 31;  // kNonceLifetime / kBucketWidth, and the one that fills

}  // namespace

bool NonceMemory::Use(std::string_view access_key_id, std::string_view nonce, absl::Duration uptime) {
  while (!buckets_.empty() && buckets_.front().begin + kBucketWidth + kNonceLifetime <= uptime) buckets_.pop_front();
  const std::uint64_t hash = absl::Hash<std::pair<std::string_view, std::string_view>>()({access_key_id, nonce});
  for (const Bucket& bucket : buckets_) {
    if (bucket.nonces.contains(hash)) return false;
  }
  // A full bucket closes early, so that dropping the oldest one never forgets more than a share of the capacity.
  const std::size_t share = std::max<std::size_t>(1, capacity_ / kBuckets);
  if (buckets_.empty() || uptime >= buckets_.back().begin + kBucketWidth || buckets_.back().nonces.size() >= share) {
    if (buckets_.size() >= kBuckets) buckets_.pop_front();
    buckets_.push_back({uptime, {}});
  }
  buckets_.back().nonces.insert(hash);
  return true;
}

}  // namespace taskgateway::simulator
