// What json_reader.h offers for getting values out of a document.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "adapters/core/json_reader.h"
#include "adapters/core/trimmed.h"
#include "adapters/core/utf8.h"
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

// The position of the member that FindMember tells of, or the number of members.
rapidjson::SizeType IndexOf(const JsonValue& object, std::string_view name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  const auto alike = [&lower](char a, char b) { return lower(a) == lower(b); };
  const rapidjson::SizeType members = object.MemberCount();
  rapidjson::SizeType like = members;
  for (rapidjson::SizeType i = 0; i < members; ++i) {
    const std::string_view text = ViewOf((object.MemberBegin() + i)->name);
    // Names of one length mostly differ in their last letter, which is quicker to see than to call for.
    if (text.size() != name.size() || (!name.empty() && !alike(text.back(), name.back()))) continue;
    if (text == name) return i;
    if (like == members && std::equal(name.begin(), name.end(), text.begin(), alike)) like = i;
  }
  return like;
}

void ToValue(const JsonValue& value, google::protobuf::Value* out);

void FillStruct(const JsonValue& object, google::protobuf::Struct* out) {
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member) {
    // Of equal keys the first counts, as it does for FindMember.
    const auto [field, added] =
        out->mutable_fields()->insert({std::string(ViewOf(member->name)), google::protobuf::Value()});
    if (added) ToValue(member->value, &field->second);
  }
}

// Recursion is fine: no document is deeper than its max_depth.
void ToValue(const JsonValue& value, google::protobuf::Value* out) {
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
      out->mutable_string_value()->assign(ViewOf(value));
      break;
    case rapidjson::kArrayType: {
      google::protobuf::ListValue* list = out->mutable_list_value();
      for (const JsonValue& element : value.GetArray()) ToValue(element, list->add_values());
      break;
    }
    case rapidjson::kObjectType:
      FillStruct(value, out->mutable_struct_value());
      break;
  }
}

}  // namespace

const JsonValue* FindMember(const JsonValue& object, std::string_view name) {
  if (!object.IsObject()) return nullptr;
  const rapidjson::SizeType index = IndexOf(object, name);
  return index == object.MemberCount() ? nullptr : &(object.MemberBegin() + index)->value;
}

std::string_view TextOf(const JsonValue& value, std::string* printed, std::size_t max_printed) {
  if (value.IsString()) return ViewOf(value);
  CutStream stream{.max_bytes = max_printed};
  rapidjson::Writer<CutStream> writer(stream);
  value.Accept(writer);
  *printed = std::move(stream.text);
  return CutUtf8(*printed, max_printed);
}

std::string TextOfMember(const JsonValue& object, std::string_view name) {
  const JsonValue* value = FindMember(object, name);
  if (value == nullptr || value->IsNull()) return {};
  std::string printed;
  return std::string(Trimmed(TextOf(*value, &printed)));
}

void ToStruct(const JsonValue& object, google::protobuf::Struct* out) {
  if (object.IsObject()) FillStruct(object, out);
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

void WarnOfRepair(v1::Task* task) { AddWarning(task, v1::TaskWarning::TEXT_REPAIRED, "", "text was not UTF-8"); }

FieldReader::FieldReader(const JsonValue* value, std::string path, v1::Task* task)
    : object_(value != nullptr && value->IsObject() ? value : nullptr), path_(std::move(path)), task_(task) {
  if (object_ != nullptr) return;
  AddWarning(task_, v1::TaskWarning::FIELD_MALFORMED, path_, value == nullptr ? "missing" : "not an object");
}

std::string_view FieldReader::Required(std::string_view name) {
  if (object_ == nullptr) return {};
  const JsonValue* value = Find(name);
  if (value == nullptr || value->IsNull()) Malformed(name, value == nullptr ? "missing" : "null");
  return Text(name, value);
}

std::string_view FieldReader::Optional(std::string_view name) { return Text(name, Find(name)); }

std::string_view FieldReader::Text(std::string_view name, const JsonValue* value) {
  if (value == nullptr || value->IsNull()) return {};
  if (value->IsString()) return ViewOf(*value);
  Malformed(name, "not a string");
  if (value->IsObject() || value->IsArray()) return {};
  return TextOf(*value, &printed_.emplace_front());
}

const JsonValue* FieldReader::Find(std::string_view name) {
  if (object_ == nullptr) return nullptr;
  const rapidjson::SizeType members = object_->MemberCount();
  const bool in_order = next_ < members && ViewOf((object_->MemberBegin() + next_)->name) == name;
  const rapidjson::SizeType index = in_order ? next_ : IndexOf(*object_, name);
  if (index == members) return nullptr;
  next_ = index + 1;
  return &(object_->MemberBegin() + index)->value;
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
