// What happened in one run, and which promises were broken.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/digest.h"
#include "tests/simulation/invariant.h"

namespace taskgateway::simulation {

// A promise that was broken.
struct Violation {
  Invariant invariant;
  std::string message;  // with the seed and the time
};

// Belongs to one run. A run that breaks its promises goes on, but only the first few are kept.
class Journal {
 public:
  // `clock` outlives the journal. The text of the trace is kept only when somebody wants to read it.
  Journal(std::uint64_t seed, const base::Clock& clock, bool keeps_trace);

  // Adds a line to the trace.
  void Note(std::string_view line);
  void Violated(Invariant invariant, std::string_view what);

  // Of all lines so far.
  std::string Hash() const { return digest_.Digest(); }
  const std::string& trace() const { return trace_; }
  const std::vector<Violation>& violations() const { return violations_; }
  // Since the run began.
  absl::Duration Elapsed() const { return clock_.Uptime() - begin_; }

 private:
  const std::uint64_t seed_;
  const base::Clock& clock_;
  const absl::Duration begin_;
  const bool keeps_trace_;
  base::RunningDigest digest_;
  std::string trace_;
  std::vector<Violation> violations_;
};

}  // namespace taskgateway::simulation
