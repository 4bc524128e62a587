// The whole program but for what it takes from the process around it.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tools/taskctl/colours.h"
#include "tools/taskctl/settings.h"

namespace taskgateway::taskctl {

// What main() hands in.
struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  Environment environment;
  std::function<absl::Time()> now;  // what ages are counted from
  Surface surface;                  // of `out`
  // From now on Ctrl-C does not end the program: it makes what this returns answer true.
  std::function<std::function<bool()>()> catch_interrupts;
};

// Does what `arguments` (without the program's name) say: answers on `out`, everything else on `err`. Returns the exit
// code.
int Run(const std::vector<std::string>& arguments, const Surroundings& surroundings);

}  // namespace taskgateway::taskctl
