// How people see a state: colours on a terminal, plain words elsewhere. Pure.
#pragma once

#include <string>
#include <string_view>

#include "taskgateway/v1/task.pb.h"

namespace taskgateway::taskctl {

// The surface that human output is written for.
struct Surface {
  bool colours = false;  // escape sequences are welcome: a terminal, and NO_COLOR is not set
  int columns = 0;       // width of the terminal; 0: none, so nothing is cut
  bool live = false;     // lines can be written over: output and errors go to a terminal
};

// The state's word, coloured by how it went and padded with spaces to `width` columns.
std::string StateWord(v1::Task::State state, const Surface& surface, int width = 0);

std::string Bold(std::string_view text, const Surface& surface);

}  // namespace taskgateway::taskctl
