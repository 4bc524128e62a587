// JSON as text: pieces of it are written once and pasted into replies.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rapidjson/document.h"

namespace taskgateway::simulator {

// `text` as a JSON string, quotes included.
std::string JsonString(std::string_view text);
// Any value as JSON text.
std::string JsonText(const rapidjson::Value& value);
// `text` with the five special characters of XML escaped.
std::string XmlText(std::string_view text);

// Members of an object in order: name and JSON text of the value; an empty text takes the member out.
using Members = std::vector<std::pair<std::string, std::string>>;

// Sets `name`, in its place if it is there, else at the end.
void SetMember(Members& members, std::string_view name, std::string json);
// SetMember of each of `changes`.
void SetMembers(Members& members, const Members& changes);
// The object with those members.
std::string ObjectText(const Members& members);

}  // namespace taskgateway::simulator
