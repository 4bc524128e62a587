// Both APIs behind their gate: one request in, one reply out.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/core/http_message.h"
#include "gateway/base/clock.h"
#include "tools/simulator/call.h"
#include "tools/simulator/fault.h"
#include "tools/simulator/ledger.h"
#include "tools/simulator/reply.h"
#include "tools/simulator/shifted_clock.h"
#include "tools/simulator/signature_check.h"
#include "tools/simulator/task_book.h"

namespace taskgateway::simulator {

// In this order: signature, fault, API, ledger. A faulted answer of the API's own still counts as a read; one that
// `error` or a foreign body stands in for does not. The simulator's thread only.
class Cloud {
 public:
  // `clock` outlives the cloud.
  Cloud(const base::Clock& clock, std::size_t ledger_capacity);

  // Never fails. Path and query of `request` are in canonical form.
  Reply Serve(const core::HttpRequest& request, bool tls);

  ShiftedClock& clock() { return clock_; }
  SignatureCheck& keys() { return keys_; }
  TaskBook& tasks() { return tasks_; }
  FaultList& faults() { return faults_; }
  Ledger& ledger() { return ledger_; }

 private:
  Answer AnswerOf(const Call& call);
  std::string NewRequestId();

  ShiftedClock clock_;
  SignatureCheck keys_;
  TaskBook tasks_;
  FaultList faults_;
  Ledger ledger_;
  std::uint64_t requests_ = 0;
};

}  // namespace taskgateway::simulator
