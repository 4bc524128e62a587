// Service Catalog's decoders. The input is the body of a reply with HTTP status 200.
#include <cstddef>
#include <cstdint>
#include <string>

#include "adapters/core/utf8.h"
#include "adapters/service_catalog/service_catalog.h"
#include "tests/fuzz/decoded_task.h"

namespace taskgateway {
namespace {

constexpr std::string_view kTaskId = "task-bp1dmg242c****";
constexpr TaskRef kRef{.name = "sources/s/tasks/task-bp1dmg242c****",
                       .host = "servicecatalog.cn-hangzhou.aliyuncs.com"};
constexpr TaskRef kAlias{.name = "sources/s/provisionedProducts/pp-1/tasks/latest", .host = kRef.host};

void CheckPage(const service_catalog::ServiceCatalogAdapter& adapter, const core::HttpResponse& response) {
  const ListQuery query{.provisioned_product_id = "pp-1", .page_number = 1, .page_size = 2};
  const Reply<TaskPage> page = adapter.DecodeListTasks(response, query, kRef);
  fuzz::ExpectSound(page.verdict);
  fuzz::Expect(!page.value.has_more || !page.value.tasks.empty(), "an empty page is the last");
  if (!page.verdict.status.ok()) return;
  for (const v1::Task& task : page.value.tasks) {
    fuzz::ExpectSound(task);
    fuzz::Expect(task.logs_size() == 0, "a list has no log contents");
  }
}

void CheckAlias(const service_catalog::ServiceCatalogAdapter& adapter, const core::HttpResponse& response) {
  for (const int step : {0, 1}) {
    const Reply<AliasStep> reply = adapter.DecodeResolveAlias(response, step, kAlias);
    fuzz::ExpectSound(reply.verdict);
    fuzz::Expect(reply.value.task_id.empty() || !reply.value.try_next, "an answer is an answer");
    fuzz::Expect(step == 0 || !reply.value.try_next, "there is no third step");
  }
}

void Check(const std::string& body) {
  static const service_catalog::ServiceCatalogAdapter adapter;
  const core::HttpResponse response{.status = 200, .headers = {}, .body = body};
  for (const bool want_raw : {false, true}) {
    const Reply<DecodedTask> reply = adapter.DecodeGetTask(response, kRef, want_raw);
    fuzz::ExpectSound(reply, kTaskId, want_raw);
    const v1::TaskLogSummary& summary = reply.value.task->log_summary();
    const std::vector<TaskLog::Entry>& log = reply.value.log.entries;
    std::size_t bytes = 0;
    for (const TaskLog::Entry& entry : log) {
      bytes += entry.content.size();
      fuzz::Expect(core::IsUtf8(entry.content) && core::IsUtf8(entry.command) && core::IsUtf8(entry.stream),
                   "the log is UTF-8");
    }
    if (!reply.verdict.status.ok()) continue;
    fuzz::Expect(summary.content_bytes() == static_cast<std::int64_t>(bytes) &&
                     summary.entry_count() == static_cast<int>(log.size()),
                 "the summary counts the log");
  }
  CheckPage(adapter, response);
  CheckAlias(adapter, response);
}

}  // namespace
}  // namespace taskgateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskgateway::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
