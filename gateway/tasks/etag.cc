#include "gateway/tasks/etag.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "gateway/base/digest.h"

namespace taskgateway::tasks {
namespace {

// Collects fields as (number, length, bytes), so that no two lists of fields have the same text.
class FieldList {
 public:
  FieldList() { text_.reserve(1000); }  // of a usual task

  void Add(std::uint32_t number, std::string_view value) {
    AddNumbers(number, value.size());
    text_.append(value);
  }
  void Add(std::uint32_t number, std::int64_t value) { AddNumbers(number, static_cast<std::uint64_t>(value)); }
  const std::string& text() const { return text_; }

 private:
  // Little-endian, whatever the machine.
  static std::uint64_t Ordered(std::uint64_t number) {
    return std::endian::native == std::endian::little ? number : __builtin_bswap64(number);
  }
  void AddNumbers(std::uint64_t first, std::uint64_t second) {
    const std::uint64_t numbers[] = {Ordered(first), Ordered(second)};
    text_.append(reinterpret_cast<const char*>(numbers), sizeof numbers);
  }

  std::string text_;
};

void AddError(std::uint32_t number, const v1::TaskError& error, FieldList& fields) {
  fields.Add(number, std::int64_t{error.code()});
  fields.Add(number + 1, error.source_code());
  fields.Add(number + 2, error.message());
  fields.Add(number + 3, error.root_code());
  fields.Add(number + 4, error.root_message());
  fields.Add(number + 5, std::int64_t{error.partial()} * 2 + std::int64_t{error.retryable()});
}

void AddTime(std::uint32_t number, bool has, const google::protobuf::Timestamp& time, FieldList& fields) {
  if (!has) return;
  fields.Add(number, time.seconds());
  fields.Add(number, std::int64_t{time.nanos()});
}

}  // namespace

std::string Etag(const v1::Task& task) {
  FieldList fields;
  fields.Add(1, task.name());
  fields.Add(2, std::int64_t{task.state()});
  fields.Add(3, task.source_status());
  fields.Add(4, std::int64_t{task.action()});
  fields.Add(5, task.source_action());
  if (task.has_error()) AddError(10, task.error(), fields);
  for (const v1::TaskWarning& warning : task.warnings()) {
    if (warning.kind() == v1::TaskWarning::LEFTOVER_ERROR) AddError(20, warning.error(), fields);
  }
  fields.Add(30, task.target().product());
  fields.Add(31, task.target().resource_type());
  fields.Add(32, task.target().resource_id());
  fields.Add(33, task.target().resource_path());
  fields.Add(34, task.target().region_id());
  AddTime(35, task.has_create_time(), task.create_time(), fields);
  AddTime(36, task.has_update_time(), task.update_time(), fields);

  std::vector<std::string_view> keys;
  for (const v1::TaskParameter& parameter : task.parameters()) keys.push_back(parameter.key());
  std::ranges::sort(keys);
  for (const std::string_view key : keys) fields.Add(40, key);

  std::vector<const v1::TaskOutput*> outputs;
  for (const v1::TaskOutput& output : task.outputs()) outputs.push_back(&output);
  std::ranges::stable_sort(outputs, {},
                           [](const v1::TaskOutput* output) -> const std::string& { return output->key(); });
  for (const v1::TaskOutput* output : outputs) {
    fields.Add(41, output->key());
    fields.Add(42, output->description());
  }

  const v1::ServiceCatalogDetails& details = task.service_catalog();
  fields.Add(50, details.portfolio_id());
  fields.Add(51, details.product_id());
  fields.Add(52, details.product_name());
  fields.Add(53, details.product_version_id());
  fields.Add(54, details.product_version_name());
  fields.Add(55, details.provisioned_product_id());
  fields.Add(56, details.provisioned_product_name());
  fields.Add(57, details.status_message());
  return "1-" + base::Digest128(fields.text());
}

}  // namespace taskgateway::tasks
