#include "adapters/service_catalog/task_detail.h"

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "adapters/alibaba/reply.h"
#include "adapters/alibaba/task_error.h"
#include "adapters/core/reuse.h"
#include "adapters/core/trimmed.h"
#include "adapters/service_catalog/words.h"
#include "rapidjson/stringbuffer.h"
#include "rapidjson/writer.h"

namespace taskgateway::service_catalog {
namespace {

using core::FieldReader;
using core::JsonValue;
using core::Trimmed;

// Reads the members of an array's entries. What is odd about them is noted once per member, not once per entry: there
// may be thousands.
class EntryReader {
 public:
  // `array` may be null, then there are no entries. What has to be printed is kept in `*printed`.
  EntryReader(const JsonValue* array, std::string_view name, FieldReader& parent,
              std::forward_list<std::string>* printed)
      : array_(array), name_(name), parent_(parent), printed_(printed) {}

  rapidjson::SizeType size() const { return array_ == nullptr ? 0 : array_->Size(); }

  // The entry at `index` when it is an object, else a null pointer.
  const JsonValue* Entry(rapidjson::SizeType index) {
    const JsonValue& entry = (*array_)[index];
    if (entry.IsObject()) return &entry;
    parent_.Malformed(name_, "an entry is not an object");
    return nullptr;
  }

  // The text of a member that every entry should have; of a value that is not text its JSON.
  std::string_view Required(const JsonValue& entry, std::string_view member) {
    const JsonValue* value = core::FindMember(entry, member);
    if (value != nullptr && value->IsString()) return {value->GetString(), value->GetStringLength()};
    Malformed(member, "missing or not a string");
    return value == nullptr || value->IsNull() ? std::string_view() : Printed(*value);
  }

  // The same for a member that may be missing or null.
  std::string_view Optional(const JsonValue& entry, std::string_view member) {
    const JsonValue* value = core::FindMember(entry, member);
    if (value == nullptr || value->IsNull()) return {};
    return Required(entry, member);
  }

 private:
  // The whole JSON text: a structured value must not end in the middle.
  std::string_view Printed(const JsonValue& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    return printed_->emplace_front(buffer.GetString(), buffer.GetSize());
  }

  void Malformed(std::string_view member, std::string_view why) {
    parent_.Malformed(absl::StrCat(absl::string_view(name_.data(), name_.size()), "[].",
                                   absl::string_view(member.data(), member.size())),
                      why);
  }

  const JsonValue* const array_;
  const std::string_view name_;
  FieldReader& parent_;
  std::forward_list<std::string>* const printed_;
};

// True when text of a buried document was repaired.
bool DecodeOutcome(FieldReader& fields, v1::Task* task) {
  task->mutable_source_status()->assign(fields.Required("Status"));
  const v1::Task::State state = StateOf(task->source_status());
  task->set_state(state);
  task->set_done(state == v1::Task::SUCCEEDED || state == v1::Task::FAILED);

  const JsonValue* message = fields.Find("StatusMessage");
  const std::string_view text = Trimmed(fields.Text("StatusMessage", message));
  task->mutable_service_catalog()->mutable_status_message()->assign(text);
  if (message != nullptr && (message->IsNull() || (message->IsString() && text.empty()))) message = nullptr;
  if (state == v1::Task::FAILED) {
    if (message == nullptr) fields.Malformed("StatusMessage", "a failed task without a message");
    return alibaba::DecodeTaskError("", message, core::TakePart(task, &v1::Task::set_allocated_error));
  }
  if (state != v1::Task::SUCCEEDED || message == nullptr) return false;
  v1::TaskWarning* warning = task->add_warnings();
  warning->set_kind(v1::TaskWarning::LEFTOVER_ERROR);
  warning->mutable_field()->assign(fields.PathOf("StatusMessage"));
  warning->mutable_message()->assign("The upstream printed an error beside a status that is not a failure.");
  return alibaba::DecodeTaskError("", message, core::TakePart(warning, &v1::TaskWarning::set_allocated_error));
}

void DecodeProduct(FieldReader& fields, v1::Task* task) {
  v1::ServiceCatalogDetails* details = core::TakePart(task, &v1::Task::set_allocated_service_catalog);
  details->mutable_portfolio_id()->assign(Trimmed(fields.Required("PortfolioId")));
  details->mutable_product_id()->assign(Trimmed(fields.Required("ProductId")));
  details->mutable_product_name()->assign(Trimmed(fields.Required("ProductName")));
  details->mutable_product_version_id()->assign(Trimmed(fields.Required("ProductVersionId")));
  details->mutable_product_version_name()->assign(Trimmed(fields.Required("ProductVersionName")));
  details->mutable_provisioned_product_id()->assign(Trimmed(fields.Required("ProvisionedProductId")));
  details->mutable_provisioned_product_name()->assign(Trimmed(fields.Required("ProvisionedProductName")));

  v1::TaskTarget* target = core::TakePart(task, &v1::Task::set_allocated_target);
  target->mutable_product()->assign("ServiceCatalog");
  target->mutable_resource_type()->assign("ProvisionedProduct");
  target->mutable_resource_id()->assign(details->provisioned_product_id());
}

void DecodeParameters(FieldReader& fields, v1::Task* task) {
  std::forward_list<std::string> printed;
  EntryReader parameters(fields.Array("Parameters"), "Parameters", fields, &printed);
  for (rapidjson::SizeType i = 0; i < parameters.size(); ++i) {
    const JsonValue* entry = parameters.Entry(i);
    if (entry == nullptr) continue;
    v1::TaskParameter* parameter = task->add_parameters();
    parameter->mutable_key()->assign(Trimmed(parameters.Required(*entry, "ParameterKey")));
    parameter->mutable_value()->assign(parameters.Required(*entry, "ParameterValue"));
  }
}

void DecodeOutputs(FieldReader& fields, v1::Task* task) {
  std::forward_list<std::string> printed;
  EntryReader outputs(fields.Array("Outputs"), "Outputs", fields, &printed);
  for (rapidjson::SizeType i = 0; i < outputs.size(); ++i) {
    const JsonValue* entry = outputs.Entry(i);
    if (entry == nullptr) continue;
    v1::TaskOutput* output = task->add_outputs();
    output->mutable_key()->assign(Trimmed(outputs.Required(*entry, "OutputKey")));
    output->mutable_value()->assign(outputs.Required(*entry, "OutputValue"));
    output->mutable_description()->assign(Trimmed(outputs.Optional(*entry, "Description")));
  }
}

void DecodeTags(FieldReader& fields, v1::Task* task) {
  std::forward_list<std::string> printed;
  EntryReader tags(fields.Array("TaskTags"), "TaskTags", fields, &printed);
  for (rapidjson::SizeType i = 0; i < tags.size(); ++i) {
    const JsonValue* entry = tags.Entry(i);
    if (entry == nullptr) continue;
    v1::TaskTag* tag = task->add_tags();
    tag->mutable_key()->assign(Trimmed(tags.Required(*entry, "Key")));
    tag->mutable_value()->assign(Trimmed(tags.Optional(*entry, "Value")));
  }
}

// An entry that cannot be read becomes an empty one, so that the others keep their index.
void DecodeLog(FieldReader& fields, TaskLog* log, v1::Task* task) {
  v1::TaskLogSummary* summary = core::TakePart(task, &v1::Task::set_allocated_log_summary);
  const JsonValue* value = fields.Find("Log");
  if (value == nullptr || value->IsNull()) return;
  FieldReader log_fields(value, fields.PathOf("Log"), task);
  std::forward_list<std::string> unused;
  EntryReader entries(log_fields.Array("TerraformLogs"), "TerraformLogs", log_fields,
                      log == nullptr ? &unused : &log->printed);
  if (log != nullptr) log->entries.reserve(entries.size());
  std::int64_t bytes = 0;
  for (rapidjson::SizeType i = 0; i < entries.size(); ++i) {
    TaskLog::Entry read;
    if (const JsonValue* entry = entries.Entry(i)) {
      read.content = entries.Required(*entry, "Content");
      if (log != nullptr) {
        read.command = Trimmed(entries.Required(*entry, "Command"));
        read.stream = Trimmed(entries.Required(*entry, "Stream"));
      }
    }
    bytes += static_cast<std::int64_t>(read.content.size());
    if (log != nullptr) log->entries.push_back(read);
  }
  summary->set_entry_count(static_cast<int>(entries.size()));
  summary->set_content_bytes(bytes);
}

}  // namespace

bool DecodeTaskDetail(const JsonValue& detail, TaskLog* log, v1::Task* task) {
  FieldReader fields(&detail, "TaskDetail", task);
  task->mutable_uid()->assign(Trimmed(fields.Required("TaskId")));
  task->mutable_source_action()->assign(fields.Required("TaskType"));
  task->set_action(ActionOf(task->source_action()));
  DecodeProduct(fields, task);
  DecodeParameters(fields, task);
  DecodeOutputs(fields, task);
  DecodeLog(fields, log, task);
  const bool repaired = DecodeOutcome(fields, task);
  alibaba::DecodeTime(fields, "CreateTime", &v1::Task::set_allocated_create_time, task);
  alibaba::DecodeTime(fields, "UpdateTime", &v1::Task::set_allocated_update_time, task);
  DecodeTags(fields, task);
  return repaired;
}

}  // namespace taskgateway::service_catalog
