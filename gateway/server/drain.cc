#include "gateway/server/drain.h"

#include <algorithm>
#include <cerrno>

#include "absl/time/time.h"
#include "adapters/core/proto_time.h"
#include "gateway/base/clock.h"

namespace taskgateway::server {
namespace {

// How often connections are counted.
constexpr absl::Duration kLook = absl::Milliseconds(100);

// Whether one of `signals` came within `time`.
bool SignalWithin(const sigset_t& signals, absl::Duration time) {
  const timespec timeout = absl::ToTimespec(time);
  return sigtimedwait(&signals, nullptr, &timeout) > 0;
}

}  // namespace

bool DrainUntilIdle(Server& server, const config::v1::Drain& drain, const sigset_t& stop_signals, base::Log& log) {
  const base::SystemClock clock;
  const absl::Duration begin = clock.Uptime();
  const absl::Duration limit = core::DurationOf(drain.limit());
  const absl::Duration settle = core::DurationOf(drain.settle());
  log.Info("draining").Add("limit", limit).Add("settle", settle);
  server.Drain();
  absl::Duration connected = begin;  // when somebody was last
  for (;;) {
    const absl::Duration now = clock.Uptime();
    if (server.HasConnections()) connected = now;
    const bool idle = now - connected >= settle;
    if (idle || now - begin >= limit) {
      log.Info("drained").Add("took", now - begin).Add("connections_left", server.HasConnections());
      return false;
    }
    if (SignalWithin(stop_signals, std::min(kLook, limit - (now - begin)))) {
      log.Warning("drain_cut_short").Add("took", clock.Uptime() - begin);
      return true;
    }
  }
}

}  // namespace taskgateway::server
