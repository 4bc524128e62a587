// What became of reads.
#pragma once

#include "gateway/base/counter.h"

namespace taskgateway::tasks {

// A read is counted once as hit, stale or miss, and again as coalesced when it joined somebody else's flight.
struct ReadCounters {
  base::Counter hits;         // answered from the cache
  base::Counter stale;        // the cache had a reading, too old for the caller
  base::Counter misses;       // the cache had nothing
  base::Counter coalesced;    // joined a flight that was under way
  base::Counter regressions;  // readings of a done task that said otherwise, and were not shown
  base::Counter evictions;    // entries that went to make room for others
};

}  // namespace taskgateway::tasks
