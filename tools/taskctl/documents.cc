#include "tools/taskctl/documents.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/json_util.h"
#include "rapidjson/document.h"
#include "yaml-cpp/yaml.h"

namespace taskgateway::taskctl {
namespace {

// DEL and C1 controls are legal inside JSON strings; a terminal may act on them. (They cannot occur outside of
// strings.)
std::string EscapeControls(std::string_view json) {
  std::string escaped;
  escaped.reserve(json.size());
  for (size_t i = 0; i < json.size(); ++i) {
    const auto byte = static_cast<unsigned char>(json[i]);
    const auto next = i + 1 < json.size() ? static_cast<unsigned char>(json[i + 1]) : 0;
    if (byte == 0x7F) {
      absl::StrAppend(&escaped, "\\u007f");
    } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
      absl::StrAppendFormat(&escaped, "\\u00%02x", next);
      ++i;
    } else {
      escaped += json[i];
    }
  }
  return escaped;
}

// A detail of a type that this program was not built with has no JSON: it goes, the rest stays.
void DropUnknownDetails(google::rpc::Status& status) {
  const auto* known = google::protobuf::DescriptorPool::generated_pool();
  auto& details = *status.mutable_details();
  for (int i = details.size() - 1; i >= 0; --i) {
    const std::string& url = details[i].type_url();
    if (known->FindMessageTypeByName(url.substr(url.rfind('/') + 1)) == nullptr) details.DeleteSubrange(i, 1);
  }
}

// Without a line feed at the end.
absl::StatusOr<std::string> Json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return absl::InternalError(absl::StrCat("the answer has no JSON: ", std::string(status.message())));
  absl::StripTrailingAsciiWhitespace(&json);
  return EscapeControls(json);
}

// `"key": [` the messages `]`, as protobuf indents: one space a level. Line feeds in JSON text are never inside a
// string.
template <typename Messages>
absl::StatusOr<std::string> JsonList(std::string_view key, const Messages& messages) {
  std::string list = absl::StrCat(" \"", std::string(key), "\": [");
  for (int i = 0; i < messages.size(); ++i) {
    const absl::StatusOr<std::string> json = Json(messages[i]);
    if (!json.ok()) return json.status();
    absl::StrAppend(&list, i == 0 ? "\n  " : ",\n  ", absl::StrReplaceAll(*json, {{"\n", "\n  "}}));
  }
  return absl::StrCat(list, messages.empty() ? "]" : "\n ]");
}

// Whether YAML reads the bare text as this very string. Errs on the side of quotes.
bool IsPlain(std::string_view text) {
  static constexpr std::array<std::string_view, 13> kWords = {"true", "false", "null", "yes", "no",  "on",  "off",
                                                              "y",    "n",     "nan",  "inf", "nul", "none"};
  if (text.empty() || !std::isalpha(static_cast<unsigned char>(text.front()))) return false;
  const bool safe = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) || c == '_' || c == '-' || c == '.' || c == '/');
  });
  const std::string lower = absl::AsciiStrToLower(absl::string_view(text.data(), text.size()));
  return safe && std::find(kWords.begin(), kWords.end(), lower) == kWords.end();
}

void EmitYaml(const rapidjson::Value& value, YAML::Emitter& out) {
  const auto text = [](const rapidjson::Value& string) {
    return std::string(string.GetString(), string.GetStringLength());
  };
  if (value.IsObject()) {
    out << (value.ObjectEmpty() ? YAML::Flow : YAML::Block) << YAML::BeginMap;
    for (const auto& member : value.GetObject()) {
      const std::string key = text(member.name);
      out << YAML::Key;
      if (!IsPlain(key)) out << YAML::DoubleQuoted;
      out << key << YAML::Value;
      EmitYaml(member.value, out);
    }
    out << YAML::EndMap;
  } else if (value.IsArray()) {
    out << (value.Empty() ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
    for (const auto& item : value.GetArray()) EmitYaml(item, out);
    out << YAML::EndSeq;
  } else if (value.IsString()) {
    const std::string string = text(value);
    if (!IsPlain(string)) out << YAML::DoubleQuoted;
    out << string;
  } else if (value.IsBool()) {
    out << value.GetBool();
  } else if (value.IsNull()) {
    out << YAML::Null;
  } else if (value.IsInt64()) {
    out << value.GetInt64();
  } else {
    // The shortest text that reads back as the same number.
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value.GetDouble()).ptr;
    out << std::string(digits.data(), end);
  }
}

}  // namespace

absl::StatusOr<std::string> TaskJson(const v1::Task& task) {
  const absl::StatusOr<std::string> json = Json(task);
  if (!json.ok()) return json.status();
  return *json + "\n";
}

absl::StatusOr<std::string> BatchJson(const v1::BatchGetTasksResponse& batch) {
  v1::BatchGetTasksResponse printable = batch;
  for (auto& failure : *printable.mutable_failures()) DropUnknownDetails(*failure.mutable_status());
  const absl::StatusOr<std::string> tasks = JsonList("tasks", printable.tasks());
  if (!tasks.ok()) return tasks.status();
  const absl::StatusOr<std::string> failures = JsonList("failures", printable.failures());
  if (!failures.ok()) return failures.status();
  return absl::StrCat("{\n", *tasks, ",\n", *failures, "\n}\n");
}

absl::StatusOr<std::string> TasksJson(const v1::ListTasksResponse& answer) {
  const absl::StatusOr<std::string> tasks = JsonList("tasks", answer.tasks());
  if (!tasks.ok()) return tasks.status();
  return absl::StrCat("{\n", *tasks, "\n}\n");
}

absl::StatusOr<std::string> SourcesJson(const v1::ListSourcesResponse& answer) {
  const absl::StatusOr<std::string> sources = JsonList("sources", answer.sources());
  if (!sources.ok()) return sources.status();
  return absl::StrCat("{\n", *sources, "\n}\n");
}

std::string YamlFromJson(const std::string& json) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  YAML::Emitter out;
  EmitYaml(document, out);
  return absl::StrCat(out.c_str(), "\n");
}

}  // namespace taskgateway::taskctl
