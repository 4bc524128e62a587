// What a fuzzer holds to be true of any input.
#pragma once

#include <cstdlib>
#include <iostream>

namespace taskgateway::fuzz {

// Ends the program, which is how a fuzzer reports a find, unless `holds`.
inline void Expect(bool holds, const char* rule) {
  if (holds) return;
  std::cerr << "broken rule: " << rule << '\n';
  std::abort();
}

}  // namespace taskgateway::fuzz
