#include "gateway/server/config_reference.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gateway/server/config_scalar.h"
#include "taskgateway/config/v1/config.pb.h"
#include "taskgateway/config/v1/descriptor_set.h"

namespace taskgateway::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;

// The schema as protoc read it, comments included.
class Comments {
 public:
  Comments() {
    google::protobuf::FileDescriptorSet files;
    std::ignore =
        files.ParseFromArray(config::v1::kDescriptorSet.data(), static_cast<int>(config::v1::kDescriptorSet.size()));
    for (const auto& file : files.file()) pool_.BuildFile(file);
  }

  // In one line.
  std::string Of(const FieldDescriptor& field) const {
    google::protobuf::SourceLocation location;
    const FieldDescriptor* commented = pool_.FindFieldByName(field.full_name());
    if (commented == nullptr || !commented->GetSourceLocation(&location)) return "";
    std::string comment = location.leading_comments;
    absl::RemoveExtraAsciiWhitespace(&comment);
    return absl::StrReplaceAll(comment, {{"|", "\\|"}});
  }

 private:
  DescriptorPool pool_;
};

const char* TypeWord(const FieldDescriptor& field) {
  if (field.is_repeated()) return "list";
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return "switch";
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return "whole number";
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return "number";
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return IsScalar(field) ? "duration" : "mapping";
    default:
      return "text";
  }
}

std::string Accepts(const FieldDescriptor& field) {
  const config::v1::Rule& rule = RuleOf(field);
  if (!rule.one_of().empty()) return absl::StrCat("`", absl::StrJoin(rule.one_of(), "`, `"), "`");
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) return "`true`, `false`";
  return rule.shape().empty() ? RangeOf(field) : rule.shape();
}

std::string Default(const FieldDescriptor& field) {
  const config::v1::Rule& rule = RuleOf(field);
  if (rule.required()) return "required";
  if (!rule.default_value().empty()) return absl::StrCat("`", rule.default_value(), "`");
  return rule.default_text();
}

void AppendRows(const Descriptor& type, const std::string& prefix, const Comments& comments, std::string* table) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string path = absl::StrCat(prefix, field.name(), field.is_repeated() ? "[]" : "");
    const bool reloads = RuleOf(field).reload() == config::v1::Rule::RELOAD;
    const char* word = TypeWord(field);
    absl::StrAppend(table, "| `", path, "` | ", word, " | ", Accepts(field), " | ", Default(field), " | ",
                    reloads ? "reload" : "restart", " | ", comments.Of(field), " |\n");
    if (!IsScalar(field)) AppendRows(*field.message_type(), path + ".", comments, table);
  }
}

}  // namespace

std::string ConfigReference() {
  std::string table =
      "| Field | Type | Accepts | Default | A change needs | Meaning |\n"
      "| --- | --- | --- | --- | --- | --- |\n";
  AppendRows(*config::v1::Config::descriptor(), "", Comments(), &table);
  return table;
}

}  // namespace taskgateway::server
