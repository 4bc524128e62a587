#include "gateway/tasks/fan_out.h"

#include <array>
#include <utility>

namespace taskgateway::tasks {
namespace {

// A delivery is about 20 us, mostly gRPC's: so many are told by the loop itself, which is held up for less than a
// millisecond.
constexpr std::size_t kInline = 32;
// Measured: four ranges by connection are told in two thirds of the time of one.
constexpr std::size_t kRanges = 4;

}  // namespace

void FanOut::Add(std::shared_ptr<Receiver> receiver) {
  if (receivers_.empty()) timer_ = loop_.Schedule(absl::ZeroDuration(), [this] { Flush(); });
  receivers_.push_back(std::move(receiver));
}

void FanOut::Flush() {
  const std::vector<std::shared_ptr<Receiver>> receivers = std::exchange(receivers_, {});
  if (receivers.size() <= kInline) {
    for (const auto& receiver : receivers) receiver->Deliver();
    return;
  }
  std::array<std::vector<std::shared_ptr<Receiver>>, kRanges> ranges;
  for (const auto& receiver : receivers) ranges[receiver->lane() % kRanges].push_back(receiver);
  for (auto& range : ranges) {
    if (range.empty()) continue;
    executor_.Run([range = std::move(range)] {
      for (const auto& receiver : range) receiver->Deliver();
    });
  }
}

}  // namespace taskgateway::tasks
