#include "gateway/server/config_reader.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/server/config_scalar.h"
#include "gateway/server/nearest_word.h"
#include "taskgateway/config/v1/rule.pb.h"

namespace taskgateway::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::vector<std::string> FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(type.field_count()));
  for (int i = 0; i < type.field_count(); ++i) names.emplace_back(type.field(i)->name());
  return names;
}

bool HoldsSecrets(const Descriptor& type) {
  for (int i = 0; i < type.field_count(); ++i) {
    if (RuleOf(*type.field(i)).secret()) return true;
  }
  return false;
}

int LineOf(const YAML::Node& node, int otherwise) { return node.Mark().is_null() ? otherwise : node.Mark().line + 1; }

std::string Join(const std::string& path, const std::string& name) {
  return path.empty() ? name : absl::StrCat(path, ".", name);
}

// A key is text of ours, unless a secret lost its colon or its space and has become one.
std::string KeyShown(const YAML::Node& key, const YAML::Node& value, const Descriptor& type) {
  const std::string& text = key.Scalar();
  const bool suspicious = value.IsNull() || text.find_first_of(":= ") != std::string::npos;
  return HoldsSecrets(type) && suspicious ? "***" : text;
}

}  // namespace

void ConfigReader::Read(const YAML::Node& root, Message* message) { ReadMapping(root, {"", 1}, message); }

bool ConfigReader::Spend(const Place& place) {
  if (nodes_left_ > 0) {
    --nodes_left_;
    return true;
  }
  if (nodes_left_-- == 0) {
    problems_.Add(place.line, place.path, "is past the 100000 values that a file may have; use fewer aliases");
  }
  return false;
}

void ConfigReader::ReadMapping(const YAML::Node& node, const Place& place, Message* message) {
  const Descriptor& type = *message->GetDescriptor();
  // A key with nothing after it, such as `environment:`, is a mapping without fields.
  if (!node.IsMap() && !node.IsNull()) {
    problems_.Add(
        place.line, place.path,
        absl::StrCat("is ", KindOf(node), ", not a mapping; write its fields below it as name: value. Known are ",
                     absl::StrJoin(FieldNames(type), ", ")));
    return;
  }
  std::set<std::string> seen;
  std::vector<const FieldDescriptor*> given;
  for (const auto& entry : node) {
    const int line = LineOf(entry.first, place.line);
    if (!Spend({place.path, line})) return;
    if (!entry.first.IsScalar()) {
      problems_.Add(line, place.path, absl::StrCat("has ", KindOf(entry.first), " as a key; a key is a word"));
      continue;
    }
    const std::string shown = KeyShown(entry.first, entry.second, type);
    const Place field_place{Join(place.path, shown), line};
    if (!seen.insert(entry.first.Scalar()).second) {
      problems_.Add(line, field_place.path, "is given twice; remove one of the two");
      continue;
    }
    const FieldDescriptor* field = type.FindFieldByName(entry.first.Scalar());
    if (field == nullptr) {
      problems_.Add(line, field_place.path, absl::StrCat("is an unknown key; ", SuggestWord(shown, FieldNames(type))));
      continue;
    }
    lines_.Set(field_place.path, line);
    given.push_back(field);
    ReadField(entry.second, *field, field_place, message);
  }
  for (int i = 0; i < type.field_count(); ++i) {
    if (std::find(given.begin(), given.end(), type.field(i)) == given.end()) FillIn(*type.field(i), place, message);
  }
  CheckOneofs(given, place, *message);
}

void ConfigReader::ReadField(const YAML::Node& node, const FieldDescriptor& field, const Place& place,
                             Message* message) {
  if (!Spend(place)) return;
  if (node.Tag().size() > 1) {  // "?" and "!" are plain and quoted values without a tag
    problems_.Add(place.line, place.path, "has a YAML tag; remove the word that starts with an exclamation mark");
  } else if (field.is_repeated()) {
    ReadList(node, field, place, message);
  } else if (IsScalar(field)) {
    if (const std::string problem = SetScalar(node, field, message); !problem.empty()) {
      problems_.Add(place.line, place.path, problem);
    }
  } else {
    ReadMapping(node, place, message->GetReflection()->MutableMessage(message, &field));
  }
}

void ConfigReader::ReadList(const YAML::Node& node, const FieldDescriptor& field, const Place& place,
                            Message* message) {
  if (!node.IsSequence() && !node.IsNull()) {
    problems_.Add(place.line, place.path,
                  absl::StrCat("is ", KindOf(node), ", not a list; start each entry with \"- \""));
    return;
  }
  const config::v1::Rule& rule = RuleOf(field);
  const auto size = static_cast<double>(node.IsNull() ? 0 : node.size());
  if (rule.max() > 0 && (size < rule.min() || size > rule.max())) {
    problems_.Add(place.line, place.path, absl::StrCat("has ", size, " entries; give ", RangeOf(field)));
    return;
  }
  int index = 0;
  for (const YAML::Node& element : node) {
    const Place element_place{absl::StrCat(place.path, "[", index++, "]"), LineOf(element, place.line)};
    if (!Spend(element_place)) return;
    lines_.Set(element_place.path, element_place.line);
    ReadMapping(element, element_place, message->GetReflection()->AddMessage(message, &field));
  }
}

void ConfigReader::FillIn(const FieldDescriptor& field, const Place& place, Message* message) {
  const config::v1::Rule& rule = RuleOf(field);
  if (rule.required()) {
    problems_.Add(place.line, Join(place.path, std::string(field.name())), "is missing; it is required");
  } else if (!rule.default_value().empty()) {
    SetScalar(YAML::Load(rule.default_value()), field, message);
  } else if (!field.is_repeated() && !IsScalar(field) && field.containing_oneof() == nullptr) {
    ReadMapping(YAML::Node(), place, message->GetReflection()->MutableMessage(message, &field));
  }
}

void ConfigReader::CheckOneofs(const std::vector<const FieldDescriptor*>& given, const Place& place,
                               const Message& message) {
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.oneof_decl_count(); ++i) {
    std::vector<std::string> names;
    std::vector<std::string> chosen;
    for (int j = 0; j < type.oneof_decl(i)->field_count(); ++j) {
      const FieldDescriptor* field = type.oneof_decl(i)->field(j);
      names.emplace_back(field->name());
      if (std::find(given.begin(), given.end(), field) != given.end()) chosen.emplace_back(field->name());
    }
    if (chosen.size() == 1) continue;
    problems_.Add(place.line, place.path,
                  absl::StrCat("has ",
                               chosen.empty() ? absl::StrCat("none of ", absl::StrJoin(names, ", "))
                                              : absl::StrJoin(chosen, " and "),
                               "; give exactly one"));
  }
}

}  // namespace taskgateway::server
