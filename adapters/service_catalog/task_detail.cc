#include "adapters/service_catalog/task_detail.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "adapters/alibaba/task_error.h"
#include "adapters/alibaba/timestamps.h"
#include "adapters/service_catalog/words.h"
#include "rapidjson/stringbuffer.h"
#include "rapidjson/writer.h"

namespace taskgateway::service_catalog {
namespace {

using core::FieldReader;
using core::JsonValue;

std::string Trimmed(std::string text) {
  absl::StripAsciiWhitespace(&text);
  return text;
}

// Reads the members of an array's entries. What is odd about them is noted once per member, not once per entry: there
// may be thousands.
class EntryReader {
 public:
  // `array` may be null, then there are no entries.
  EntryReader(const JsonValue* array, std::string_view name, FieldReader& parent, bool* repaired)
      : array_(array), name_(name), parent_(parent), repaired_(repaired) {}

  rapidjson::SizeType size() const { return array_ == nullptr ? 0 : array_->Size(); }

  // The entry at `index` when it is an object, else a null pointer.
  const JsonValue* Entry(rapidjson::SizeType index) {
    const JsonValue& entry = (*array_)[index];
    if (entry.IsObject()) return &entry;
    parent_.Malformed(name_, "an entry is not an object");
    return nullptr;
  }

  // The text of a member that every entry should have.
  std::string Required(const JsonValue& entry, std::string_view member) {
    const JsonValue* value = core::FindMember(entry, member);
    if (value == nullptr || !value->IsString()) {
      Malformed(member, "missing or not a string");
      if (value == nullptr || value->IsNull()) return {};
      if (value->IsObject() || value->IsArray()) return Printed(*value);
    }
    return core::TextOf(*value, repaired_);
  }

  // The same for a member that may be missing or null.
  std::string Optional(const JsonValue& entry, std::string_view member) {
    const JsonValue* value = core::FindMember(entry, member);
    if (value == nullptr || value->IsNull()) return {};
    return Required(entry, member);
  }

 private:
  // The whole JSON text: a structured value must not end in the middle.
  std::string Printed(const JsonValue& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    std::string text;
    if (core::CopyUtf8({buffer.GetString(), buffer.GetSize()}, &text)) *repaired_ = true;
    return text;
  }

  void Malformed(std::string_view member, std::string_view why) {
    parent_.Malformed(absl::StrCat(absl::string_view(name_.data(), name_.size()), "[].",
                                   absl::string_view(member.data(), member.size())),
                      why);
  }

  const JsonValue* const array_;
  const std::string_view name_;
  FieldReader& parent_;
  bool* const repaired_;
};

void DecodeOutcome(FieldReader& fields, v1::Task* task, bool* repaired) {
  task->set_source_status(fields.Required("Status"));
  const v1::Task::State state = StateOf(task->source_status());
  task->set_state(state);
  task->set_done(state == v1::Task::SUCCEEDED || state == v1::Task::FAILED);

  std::string* text = task->mutable_service_catalog()->mutable_status_message();
  *text = Trimmed(fields.Optional("StatusMessage"));
  const JsonValue* message = fields.Find("StatusMessage");
  if (message != nullptr && (message->IsNull() || (message->IsString() && text->empty()))) message = nullptr;
  if (state == v1::Task::FAILED) {
    alibaba::DecodeTaskError("", message, task->mutable_error(), repaired);
    if (message == nullptr) fields.Malformed("StatusMessage", "a failed task without a message");
  } else if (state == v1::Task::SUCCEEDED && message != nullptr) {
    v1::TaskWarning* warning = task->add_warnings();
    warning->set_kind(v1::TaskWarning::LEFTOVER_ERROR);
    warning->set_field(fields.PathOf("StatusMessage"));
    warning->set_message(std::string("The upstream printed an error beside a status that is not a failure."));
    alibaba::DecodeTaskError("", message, warning->mutable_error(), repaired);
  }
}

// The time of a field, when it has one.
void DecodeTime(FieldReader& fields, std::string_view name, google::protobuf::Timestamp* (v1::Task::*mutable_time)(),
                v1::Task* task) {
  const std::string text = fields.Required(name);
  if (const std::optional<absl::Time> time = alibaba::ParseTimestamp(text); time.has_value()) {
    const timespec spec = absl::ToTimespec(*time);
    google::protobuf::Timestamp* out = (task->*mutable_time)();
    out->set_seconds(spec.tv_sec);
    out->set_nanos(static_cast<std::int32_t>(spec.tv_nsec));
  } else if (const JsonValue* value = fields.Find(name); value != nullptr && value->IsString()) {
    fields.Malformed(name, "not a time");
  }
}

void DecodeProduct(FieldReader& fields, v1::Task* task) {
  v1::ServiceCatalogDetails* details = task->mutable_service_catalog();
  details->set_portfolio_id(Trimmed(fields.Required("PortfolioId")));
  details->set_product_id(Trimmed(fields.Required("ProductId")));
  details->set_product_name(Trimmed(fields.Required("ProductName")));
  details->set_product_version_id(Trimmed(fields.Required("ProductVersionId")));
  details->set_product_version_name(Trimmed(fields.Required("ProductVersionName")));
  details->set_provisioned_product_id(Trimmed(fields.Required("ProvisionedProductId")));
  details->set_provisioned_product_name(Trimmed(fields.Required("ProvisionedProductName")));

  v1::TaskTarget* target = task->mutable_target();
  target->set_product("ServiceCatalog");
  target->set_resource_type("ProvisionedProduct");
  target->set_resource_id(details->provisioned_product_id());
}

void DecodeLists(FieldReader& fields, v1::Task* task, bool* repaired) {
  EntryReader parameters(fields.Array("Parameters"), "Parameters", fields, repaired);
  for (rapidjson::SizeType i = 0; i < parameters.size(); ++i) {
    const JsonValue* entry = parameters.Entry(i);
    if (entry == nullptr) continue;
    v1::TaskParameter* parameter = task->add_parameters();
    parameter->set_key(Trimmed(parameters.Required(*entry, "ParameterKey")));
    parameter->set_value(parameters.Required(*entry, "ParameterValue"));
  }
  EntryReader outputs(fields.Array("Outputs"), "Outputs", fields, repaired);
  for (rapidjson::SizeType i = 0; i < outputs.size(); ++i) {
    const JsonValue* entry = outputs.Entry(i);
    if (entry == nullptr) continue;
    v1::TaskOutput* output = task->add_outputs();
    output->set_key(Trimmed(outputs.Required(*entry, "OutputKey")));
    output->set_value(outputs.Required(*entry, "OutputValue"));
    output->set_description(Trimmed(outputs.Optional(*entry, "Description")));
  }
  EntryReader tags(fields.Array("TaskTags"), "TaskTags", fields, repaired);
  for (rapidjson::SizeType i = 0; i < tags.size(); ++i) {
    const JsonValue* entry = tags.Entry(i);
    if (entry == nullptr) continue;
    v1::TaskTag* tag = task->add_tags();
    tag->set_key(Trimmed(tags.Required(*entry, "Key")));
    tag->set_value(Trimmed(tags.Optional(*entry, "Value")));
  }
}

// An entry that cannot be read becomes an empty one, so that the others keep their index.
void DecodeLogs(FieldReader& fields, Logs logs, v1::Task* task, bool* repaired) {
  v1::TaskLogSummary* summary = task->mutable_log_summary();
  const JsonValue* log = fields.Find("Log");
  if (log == nullptr || log->IsNull()) return;
  FieldReader log_fields(log, fields.PathOf("Log"), task);
  EntryReader entries(log_fields.Array("TerraformLogs"), "TerraformLogs", log_fields, repaired);
  const int count = static_cast<int>(entries.size());
  if (logs == Logs::kKeep) task->mutable_logs()->Reserve(count);
  std::int64_t bytes = 0;
  for (int i = 0; i < count; ++i) {
    const JsonValue* entry = entries.Entry(static_cast<rapidjson::SizeType>(i));
    std::string content = entry == nullptr ? std::string() : entries.Required(*entry, "Content");
    bytes += static_cast<std::int64_t>(content.size());
    if (logs == Logs::kDrop) continue;
    v1::TaskLogEntry* out = task->add_logs();
    out->set_index(i);
    out->set_content(std::move(content));
    if (entry == nullptr) continue;
    out->set_command(Trimmed(entries.Required(*entry, "Command")));
    out->set_stream(Trimmed(entries.Required(*entry, "Stream")));
  }
  summary->set_entry_count(count);
  summary->set_content_bytes(bytes);
}

}  // namespace

bool DecodeTaskDetail(const JsonValue& detail, Logs logs, v1::Task* task) {
  bool repaired = false;
  FieldReader fields(&detail, "TaskDetail", task);
  DecodeOutcome(fields, task, &repaired);
  task->set_uid(Trimmed(fields.Required("TaskId")));
  task->set_source_action(fields.Required("TaskType"));
  task->set_action(ActionOf(task->source_action()));
  DecodeProduct(fields, task);
  DecodeTime(fields, "CreateTime", &v1::Task::mutable_create_time, task);
  DecodeTime(fields, "UpdateTime", &v1::Task::mutable_update_time, task);
  DecodeLists(fields, task, &repaired);
  DecodeLogs(fields, logs, task, &repaired);
  return repaired;
}

}  // namespace taskgateway::service_catalog
