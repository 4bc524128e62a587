// What json_reader.h offers for getting values out of a document.
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/core/json_reader.h"
#include "rapidjson/writer.h"

namespace taskgateway::core {
namespace {

constexpr int kMaxWarnings = 32;

// An output stream for RapidJSON's writer that forgets what is behind the cut.
struct CutStream {
  using Ch = char;
  std::size_t max_bytes;
  std::string text = {};

  void Put(char c) {
    if (text.size() <= max_bytes) text.push_back(c);  // one more shows that there is more
  }
  void Flush() {}
};

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

std::string_view ViewOf(const JsonValue& string) { return {string.GetString(), string.GetStringLength()}; }

void ToValue(const JsonValue& value, google::protobuf::Value* out, bool* repaired);

void FillStruct(const JsonValue& object, google::protobuf::Struct* out, bool* repaired) {
  std::string key;
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member) {
    if (CopyUtf8(ViewOf(member->name), &key)) *repaired = true;
    // Of equal keys the first counts, as it does for FindMember.
    const auto [field, added] = out->mutable_fields()->insert({key, google::protobuf::Value()});
    if (added) ToValue(member->value, &field->second, repaired);
  }
}

// Recursion is fine: no document is deeper than its max_depth.
void ToValue(const JsonValue& value, google::protobuf::Value* out, bool* repaired) {
  switch (value.GetType()) {
    case rapidjson::kNullType:
      out->set_null_value(google::protobuf::NULL_VALUE);
      break;
    case rapidjson::kFalseType:
    case rapidjson::kTrueType:
      out->set_bool_value(value.GetBool());
      break;
    case rapidjson::kNumberType:
      out->set_number_value(value.GetDouble());
      break;
    case rapidjson::kStringType:
      if (CopyUtf8(ViewOf(value), out->mutable_string_value())) *repaired = true;
      break;
    case rapidjson::kArrayType: {
      google::protobuf::ListValue* list = out->mutable_list_value();
      for (const JsonValue& element : value.GetArray()) ToValue(element, list->add_values(), repaired);
      break;
    }
    case rapidjson::kObjectType:
      FillStruct(value, out->mutable_struct_value(), repaired);
      break;
  }
}

}  // namespace

std::string TextOf(const JsonValue& value, bool* repaired, std::size_t max_printed) {
  std::string text;
  if (value.IsString()) {
    if (CopyUtf8(ViewOf(value), &text)) *repaired = true;
    return text;
  }
  CutStream stream{.max_bytes = max_printed};
  rapidjson::Writer<CutStream> writer(stream);
  value.Accept(writer);
  if (CopyUtf8(CutUtf8(stream.text, max_printed), &text)) *repaired = true;
  return text;
}

void ToStruct(const JsonValue& object, google::protobuf::Struct* out, bool* repaired) {
  if (object.IsObject()) FillStruct(object, out, repaired);
}

void AddWarning(v1::Task* task, v1::TaskWarning::Kind kind, std::string_view field, std::string_view message) {
  if (task->warnings_size() >= kMaxWarnings) return;
  for (const v1::TaskWarning& warning : task->warnings()) {
    if (warning.kind() == kind && warning.field() == field && warning.message() == message) return;
  }
  v1::TaskWarning* warning = task->add_warnings();
  warning->set_kind(kind);
  warning->set_field(field.data(), field.size());
  warning->set_message(message.data(), message.size());
}

FieldReader::FieldReader(const JsonValue* value, std::string path, v1::Task* task)
    : object_(value != nullptr && value->IsObject() ? value : nullptr), path_(std::move(path)), task_(task) {
  if (object_ != nullptr) return;
  AddWarning(task_, v1::TaskWarning::FIELD_MALFORMED, path_, value == nullptr ? "missing" : "not an object");
}

std::string FieldReader::Required(std::string_view name) {
  if (object_ == nullptr) return {};
  const JsonValue* value = Find(name);
  if (value == nullptr || value->IsNull()) {
    Malformed(name, value == nullptr ? "missing" : "null");
    return {};
  }
  return Optional(name);
}

std::string FieldReader::Optional(std::string_view name) {
  const JsonValue* value = Find(name);
  if (value == nullptr || value->IsNull()) return {};
  if (!value->IsString()) {
    Malformed(name, "not a string");
    if (value->IsObject() || value->IsArray()) return {};
  }
  bool repaired = false;
  std::string text = TextOf(*value, &repaired);
  if (repaired) AddWarning(task_, v1::TaskWarning::TEXT_REPAIRED, PathOf(name), "text was not UTF-8");
  return text;
}

const JsonValue* FieldReader::Find(std::string_view name) const {
  return object_ == nullptr ? nullptr : FindMember(*object_, name);
}

const JsonValue* FieldReader::Array(std::string_view name) {
  const JsonValue* value = Find(name);
  if (value == nullptr || value->IsNull()) return nullptr;
  if (value->IsArray()) return value;
  Malformed(name, "not an array");
  return nullptr;
}

std::string FieldReader::PathOf(std::string_view name) const {
  return path_.empty() ? std::string(name) : absl::StrCat(path_, ".", ToAbsl(name));
}

void FieldReader::Malformed(std::string_view name, std::string_view why) {
  AddWarning(task_, v1::TaskWarning::FIELD_MALFORMED, PathOf(name), why);
}

}  // namespace taskgateway::core
