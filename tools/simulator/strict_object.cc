#include "tools/simulator/strict_object.h"

#include <algorithm>
#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace taskgateway::simulator {
namespace {

std::string_view TextOf(const rapidjson::Value& value) { return {value.GetString(), value.GetStringLength()}; }

}  // namespace

StrictObject::StrictObject(const rapidjson::Value& value, std::string path, absl::Status& problem)
    : value_(value), path_(std::move(path)), problem_(problem) {
  if (!value_.IsObject()) Problem("", "must be an object with named members");
}

bool StrictObject::Has(std::string_view name) const {
  return value_.IsObject() && value_.HasMember(rapidjson::Value(name.data(), static_cast<unsigned>(name.size())));
}

std::string StrictObject::Text(std::string_view name, std::string fallback) {
  const rapidjson::Value* const value = Find(name);
  if (value == nullptr) return fallback;
  if (!value->IsString()) {
    Problem(name, "must be text; put the value in quotes");
    return fallback;
  }
  return std::string(TextOf(*value));
}

std::string StrictObject::RequiredText(std::string_view name) {
  std::string text = Text(name);
  if (text.empty()) Problem(name, "is missing; give it a text");
  return text;
}

int StrictObject::Word(std::string_view name, const std::vector<std::string_view>& words, int fallback) {
  const std::string text = Text(name);
  if (text.empty() && !Has(name)) return fallback;
  const auto found = std::find(words.begin(), words.end(), text);
  if (found != words.end()) return static_cast<int>(found - words.begin());
  std::vector<std::string> choices(words.begin(), words.end());
  Problem(name, absl::StrCat("\"", text, "\" is none of: ", absl::StrJoin(choices, ", ")));
  return fallback;
}

std::int64_t StrictObject::Integer(std::string_view name, std::int64_t least, std::int64_t most,
                                   std::int64_t fallback) {
  const rapidjson::Value* const value = Find(name);
  if (value == nullptr) return fallback;
  if (!value->IsInt64() || value->GetInt64() < least || value->GetInt64() > most) {
    Problem(name, absl::StrCat("must be a whole number from ", least, " to ", most, ", without quotes"));
    return fallback;
  }
  return value->GetInt64();
}

std::uint64_t StrictObject::Bytes(std::string_view name, std::uint64_t most, std::uint64_t fallback) {
  const rapidjson::Value* const value = Find(name);
  if (value == nullptr) return fallback;
  std::uint64_t bytes = std::numeric_limits<std::uint64_t>::max();
  if (value->IsUint64()) {
    bytes = value->GetUint64();
  } else if (value->IsString()) {
    absl::string_view text(value->GetString(), value->GetStringLength());
    std::uint64_t number = 0;
    const int shift = absl::ConsumeSuffix(&text, "KiB") ? 10 : absl::ConsumeSuffix(&text, "MiB") ? 20 : 0;
    if (absl::SimpleAtoi(text, &number) && number <= (most >> shift)) bytes = number << shift;
  }
  if (bytes > most) {
    Problem(name, absl::StrCat("must be a size of at most ", most, " bytes; write it like 4096, 64KiB or 5MiB"));
    return fallback;
  }
  return bytes;
}

absl::Duration StrictObject::Duration(std::string_view name, absl::Duration fallback, bool may_be_negative) {
  const rapidjson::Value* const value = Find(name);
  if (value == nullptr) return fallback;
  absl::Duration duration;
  const std::string text = value->IsString() ? std::string(TextOf(*value)) : JsonText(*value);
  if (!value->IsString() || !absl::ParseDuration(text, &duration) ||
      (!may_be_negative && duration < absl::ZeroDuration())) {
    Problem(name, absl::StrCat("\"", text, "\" is not a duration; write it like 500ms, 2s or 1m30s"));
    return fallback;
  }
  return duration;
}

bool StrictObject::Bool(std::string_view name) {
  const rapidjson::Value* const value = Find(name);
  if (value == nullptr) return false;
  if (!value->IsBool()) Problem(name, "must be true or false, without quotes");
  return value->IsTrue();
}

Members StrictObject::RawMembers(std::string_view name) {
  Members members;
  Object(name, [&](const rapidjson::Value& object, const std::string&) {
    if (!object.IsObject()) return Problem(name, "must be an object with named members");
    for (const auto& member : object.GetObject()) SetMember(members, TextOf(member.name), JsonText(member.value));
  });
  return members;
}

void StrictObject::Object(std::string_view name, const Reader& read) {
  const rapidjson::Value* const value = Find(name);
  if (value != nullptr) read(*value, PathOf(name));
}

void StrictObject::Each(std::string_view name, const Reader& read) {
  const rapidjson::Value* const value = Find(name);
  if (value == nullptr) return;
  if (!value->IsArray()) return Problem(name, "must be a list");
  for (rapidjson::SizeType i = 0; i < value->Size(); ++i) {
    read((*value)[i], absl::StrCat(PathOf(name), "[", i, "]"));
  }
}

void StrictObject::Finish() {
  if (!value_.IsObject()) return;
  for (const auto& member : value_.GetObject()) {
    const std::string_view name = TextOf(member.name);
    if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) continue;
    std::vector<std::string> known(asked_.begin(), asked_.end());
    Problem(name, absl::StrCat("is not known here; known are: ", absl::StrJoin(known, ", ")));
  }
}

void StrictObject::Problem(std::string_view name, std::string_view what) {
  if (!problem_.ok()) return;
  const std::string path = PathOf(name);
  problem_ = absl::InvalidArgumentError(
      absl::StrCat(path.empty() ? "the document" : path, ": ", absl::string_view(what.data(), what.size())));
}

const rapidjson::Value* StrictObject::Find(std::string_view name) {
  if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) asked_.push_back(name);
  if (!value_.IsObject()) return nullptr;
  const auto found = value_.FindMember(rapidjson::Value(name.data(), static_cast<unsigned>(name.size())));
  return found == value_.MemberEnd() ? nullptr : &found->value;
}

std::string StrictObject::PathOf(std::string_view name) const {
  const absl::string_view member(name.data(), name.size());
  if (path_.empty()) return std::string(name);
  return name.empty() ? path_ : absl::StrCat(path_, ".", member);
}

}  // namespace taskgateway::simulator
