// Another program, for as long as this object lives.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace taskgateway::bench {

class Child {
 public:
  // Starts `command`, a path and its arguments, on one core. Its standard error goes to the file `log`, and so does its
  // standard output unless `talks`. Ends this process, saying why, when that fails. It dies with this process. One
  // thread only: fork.
  Child(std::vector<std::string> command, int core, const std::string& log, bool talks = false);
  // Asks it to end, and kills it when it does not within 10 s.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Waits until the file exists, and answers the number behind `"key":` in it. Ends this process when the child ends
  // first or takes more than 20 s.
  int AwaitPort(const std::string& ports_file, const std::string& key);
  // Sends a line and waits for the one that answers it. Ends this process when none comes. Only with `talks`.
  std::string Ask(const std::string& line);

  // CPU time of all its threads so far, kernel included.
  absl::Duration CpuTime() const;
  // Memory that it has in RAM, now and at most so far.
  std::int64_t ResidentBytes() const;
  std::int64_t PeakResidentBytes() const;
  // Waits until it has nothing more to do: no CPU time for a millisecond.
  void Settle() const;

 private:
  // Waits for the end of the child. False when it goes on after `patience`.
  bool WaitForEnd(absl::Duration patience) const;
  [[noreturn]] void Fail(const std::string& why) const;

  const std::string name_;
  const std::string log_;
  pid_t pid_ = -1;
  int pid_descriptor_ = -1;
  int to_ = -1;
  int from_ = -1;
};

// Keeps this process, its threads and its children to a core. Does nothing when there is no such core.
void StayOn(int core);

// Time that the machine's cores have been idle so far, all of them together; in steps of 10 ms.
absl::Duration IdleTime();

}  // namespace taskgateway::bench
