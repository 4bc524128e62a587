#include "tools/simulator/json_text.h"

#include <algorithm>

#include "absl/strings/str_replace.h"
#include "rapidjson/stringbuffer.h"
#include "rapidjson/writer.h"

namespace taskgateway::simulator {

std::string JsonString(std::string_view text) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return {buffer.GetString(), buffer.GetSize()};
}

std::string JsonText(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string XmlText(std::string_view text) {
  return absl::StrReplaceAll({text.data(), text.size()},
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&apos;"}});
}

void SetMember(Members& members, std::string_view name, std::string json) {
  const auto found = std::find_if(members.begin(), members.end(), [&](const auto& m) { return m.first == name; });
  if (found != members.end()) {
    found->second = std::move(json);
  } else {
    members.emplace_back(name, std::move(json));
  }
}

void SetMembers(Members& members, const Members& changes) {
  for (const auto& [name, json] : changes) SetMember(members, name, json);
}

std::string ObjectText(const Members& members) {
  std::string text = "{";
  for (const auto& [name, json] : members) {
    if (json.empty()) continue;
    if (text.size() > 1) text += ',';
    text += JsonString(name);
    text += ':';
    text += json;
  }
  text += '}';
  return text;
}

}  // namespace taskgateway::simulator
