// Cloud Control's decoders. The input is the body of a reply with HTTP status 200.
#include <cstddef>
#include <cstdint>
#include <string>

#include "adapters/cloud_control/cloud_control.h"
#include "tests/fuzz/decoded_task.h"

namespace taskgateway {
namespace {

constexpr std::string_view kTaskId = "task-433aead756057fff8189a7ce5****";
constexpr TaskRef kRef{.name = "sources/s/tasks/task-433aead756057fff8189a7ce5****",
                       .host = "cloudcontrol.aliyuncs.com"};

void Check(const std::string& body) {
  static const cloud_control::CloudControlAdapter adapter;
  const core::HttpResponse response{.status = 200, .headers = {}, .body = body};
  for (const bool want_raw : {false, true}) {
    fuzz::ExpectSound(adapter.DecodeGetTask(response, kRef, want_raw), kTaskId, want_raw);
  }
  fuzz::ExpectSound(adapter.DecodeCancelTask(response, kRef));
}

}  // namespace
}  // namespace taskgateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskgateway::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
