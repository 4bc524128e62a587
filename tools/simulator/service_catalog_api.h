// Service Catalog, version 2021-09-01: GetTask, ListTasks, GetProvisionedProduct and LaunchProduct.
#pragma once

#include "tools/simulator/call.h"
#include "tools/simulator/task_book.h"

namespace taskgateway::simulator {

Answer AnswerServiceCatalog(const Call& call, TaskBook& tasks);

}  // namespace taskgateway::simulator
