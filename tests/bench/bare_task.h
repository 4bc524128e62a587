// What the bare servers answer.
#pragma once

#include "taskgateway/v1/task.pb.h"

namespace taskgateway::bench {

// A task as Service Catalog's are: 32 values, ten of them in its five outputs; 1,012 bytes on the wire.
v1::Task BareTask();

}  // namespace taskgateway::bench
