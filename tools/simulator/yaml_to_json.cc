#include "tools/simulator/yaml_to_json.h"

#include <yaml-cpp/yaml.h>

#include <cmath>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace taskgateway::simulator {
namespace {

using Allocator = rapidjson::Document::AllocatorType;

rapidjson::Value TextValue(const std::string& text, Allocator& allocator) {
  return {text.data(), static_cast<rapidjson::SizeType>(text.size()), allocator};
}

rapidjson::Value PlainScalar(const std::string& text, Allocator& allocator) {
  if (text.empty() || text == "~" || text == "null") return rapidjson::Value();
  if (text == "true" || text == "false") return rapidjson::Value(text == "true");
  std::int64_t whole = 0;
  if (absl::SimpleAtoi(text, &whole)) return rapidjson::Value(whole);
  const bool looks_like_number = text.find_first_not_of("+-.0123456789eE") == std::string::npos;
  double decimal = 0;
  if (looks_like_number && absl::SimpleAtod(text, &decimal) && std::isfinite(decimal)) return rapidjson::Value(decimal);
  return TextValue(text, allocator);
}

rapidjson::Value Convert(const YAML::Node& node, Allocator& allocator) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return node.Tag() == "!" ? TextValue(node.Scalar(), allocator) : PlainScalar(node.Scalar(), allocator);
    case YAML::NodeType::Sequence: {
      rapidjson::Value array(rapidjson::kArrayType);
      for (const YAML::Node& element : node) array.PushBack(Convert(element, allocator), allocator);
      return array;
    }
    case YAML::NodeType::Map: {
      rapidjson::Value object(rapidjson::kObjectType);
      for (const auto& member : node) {
        object.AddMember(TextValue(member.first.Scalar(), allocator), Convert(member.second, allocator), allocator);
      }
      return object;
    }
    default:
      return rapidjson::Value();
  }
}

}  // namespace

absl::StatusOr<rapidjson::Document> YamlToJson(std::string_view yaml) {
  try {
    const YAML::Node root = YAML::Load(std::string(yaml));
    rapidjson::Document document(rapidjson::kObjectType);
    if (!root.IsNull()) {
      static_cast<rapidjson::Value&>(document) = Convert(root, document.GetAllocator());
    }
    return document;
  } catch (const YAML::Exception& e) {
    return absl::InvalidArgumentError(
        absl::StrCat("line ", e.mark.line + 1, ", column ", e.mark.column + 1, ": is not YAML: ", e.msg));
  }
}

}  // namespace taskgateway::simulator
