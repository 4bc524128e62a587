// Cloud Control, version 2022-08-30: GetTask and CancelTask.
#pragma once

#include "tools/simulator/call.h"
#include "tools/simulator/task_book.h"

namespace taskgateway::simulator {

Answer AnswerCloudControl(const Call& call, TaskBook& tasks);

}  // namespace taskgateway::simulator
