#include "gateway/server/config_scalar.h"

#include <google/protobuf/duration.pb.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <regex>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "adapters/core/proto_time.h"
#include "gateway/server/config_problems.h"
#include "gateway/server/nearest_word.h"

namespace taskgateway::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// libstdc++ matches by recursion, a few frames per byte.
constexpr std::size_t kMaxPatternBytes = 512;

bool IsDuration(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type()->full_name() == google::protobuf::Duration::descriptor()->full_name();
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool IsGraphic(char c) { return c > 0x20 && c < 0x7F; }

// Whether `text` is written as a decimal number; the number readers also know hexadecimal, `nan` and `inf`.
bool IsDecimal(std::string_view text, bool whole) {
  static const std::regex kWhole("[+-]?(0|[1-9][0-9]*)");
  static const std::regex kReal("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]{1,3})?");
  return text.size() <= 40 && std::regex_match(text.begin(), text.end(), whole ? kWhole : kReal);
}

// One value on its way into a message.
class Scalar {
 public:
  Scalar(const YAML::Node& node, const FieldDescriptor& field)
      : text_(node.Scalar()), plain_(node.Tag() != "!"), field_(field), rule_(RuleOf(field)) {}

  std::string SetIn(Message* message) const {
    switch (field_.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return SetText(message);
      case FieldDescriptor::CPPTYPE_BOOL:
        return SetSwitch(message);
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_INT64:
        return SetWhole(message);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return SetReal(message);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return SetDuration(message);
      default:
        std::abort();  // config.proto has a field of a type that this reader does not know yet
    }
  }

 private:
  std::string Shown() const { return rule_.secret() ? "***" : QuoteValue(text_); }
  std::string IsNot(const char* expected) const { return absl::StrCat("is ", Shown(), ", not ", expected); }
  bool InRange(double value) const { return rule_.max() <= 0 || (value >= rule_.min() && value <= rule_.max()); }
  std::string OutOfRange() const { return absl::StrCat("is ", Shown(), ", out of range; give ", RangeOf(field_)); }

  std::string SetText(Message* message) const {
    if (rule_.required() && text_.empty()) return "is empty; give a value";
    if (std::any_of(text_.begin(), text_.end(), IsControl)) {
      return absl::StrCat("is ", Shown(), " with a control character; remove it");
    }
    if (!InRange(static_cast<double>(text_.size()))) {
      return absl::StrCat("is ", Shown(), " of ", text_.size(), " bytes; give ", RangeOf(field_));
    }
    if (rule_.secret() && !std::all_of(text_.begin(), text_.end(), IsGraphic)) {
      return absl::StrCat("is ", Shown(), " with a space or a character that is not ASCII; give printable ASCII only");
    }
    const std::vector<std::string> words(rule_.one_of().begin(), rule_.one_of().end());
    if (!words.empty() && std::find(words.begin(), words.end(), text_) == words.end()) {
      return absl::StrCat("is ", Shown(), ", an unknown word; ", SuggestWord(text_, words));
    }
    if (!rule_.pattern().empty() &&
        (text_.size() > kMaxPatternBytes || !std::regex_match(text_, std::regex(rule_.pattern())))) {
      return absl::StrCat("is ", Shown(), "; give ", rule_.shape());
    }
    message->GetReflection()->SetString(message, &field_, text_);
    return "";
  }

  std::string SetSwitch(Message* message) const {
    if (!plain_ || (text_ != "true" && text_ != "false")) return IsNot("a switch; write true or false, without quotes");
    message->GetReflection()->SetBool(message, &field_, text_ == "true");
    return "";
  }

  std::string SetWhole(Message* message) const {
    if (!plain_ || !IsDecimal(text_, true)) return IsNot("a whole number; write decimal digits only, without quotes");
    const bool wide = field_.cpp_type() == FieldDescriptor::CPPTYPE_INT64;
    std::int64_t value = 0;
    if (!absl::SimpleAtoi(text_, &value) || !InRange(static_cast<double>(value)) ||
        (!wide && value != static_cast<std::int32_t>(value))) {
      return OutOfRange();
    }
    if (wide) {
      message->GetReflection()->SetInt64(message, &field_, value);
    } else {
      message->GetReflection()->SetInt32(message, &field_, static_cast<std::int32_t>(value));
    }
    return "";
  }

  std::string SetReal(Message* message) const {
    if (!plain_ || !IsDecimal(text_, false)) return IsNot("a number; write it as 12 or 12.5, without quotes");
    double value = 0;
    if (!absl::SimpleAtod(text_, &value) || !std::isfinite(value) || !InRange(value)) return OutOfRange();
    message->GetReflection()->SetDouble(message, &field_, value);
    return "";
  }

  std::string SetDuration(Message* message) const {
    absl::Duration value;
    if (!absl::ParseDuration(text_, &value)) return IsNot("a duration; write it with its unit, as 10s, 1.5s or 200ms");
    if (value == absl::InfiniteDuration() || value == -absl::InfiniteDuration() ||
        !InRange(absl::ToDoubleSeconds(value))) {
      return OutOfRange();
    }
    google::protobuf::Duration duration;
    core::SetDuration(value, &duration);
    message->GetReflection()->MutableMessage(message, &field_)->CopyFrom(duration);
    return "";
  }

  const std::string text_;
  const bool plain_;
  const FieldDescriptor& field_;
  const config::v1::Rule& rule_;
};

}  // namespace

const config::v1::Rule& RuleOf(const FieldDescriptor& field) { return field.options().GetExtension(config::v1::rule); }

bool IsScalar(const FieldDescriptor& field) {
  return !field.is_repeated() && (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || IsDuration(field));
}

std::string RangeOf(const FieldDescriptor& field) {
  const config::v1::Rule& rule = RuleOf(field);
  if (rule.max() <= 0) return "";
  const auto show = [&](double bound) -> std::string {
    if (IsDuration(field)) return absl::FormatDuration(absl::Seconds(bound));
    const auto whole = static_cast<std::int64_t>(bound);  // StrCat gives a double six digits
    return static_cast<double>(whole) == bound ? absl::StrCat(whole) : absl::StrCat(bound);
  };
  std::string unit = rule.unit();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) unit = "bytes";
  if (field.is_repeated()) unit = "entries";
  return absl::StrCat(rule.min() == 0 ? "at most " : absl::StrCat(show(rule.min()), ".."), show(rule.max()),
                      unit.empty() ? "" : " ", unit);
}

const char* KindOf(const YAML::Node& node) {
  if (node.IsMap()) return "a mapping";
  if (node.IsSequence()) return "a list";
  if (node.IsScalar()) return "a text";
  return "empty";
}

std::string SetScalar(const YAML::Node& node, const FieldDescriptor& field, Message* message) {
  if (node.IsNull()) return "is empty; give a value or remove the key";
  if (!node.IsScalar()) return absl::StrCat("is ", KindOf(node), "; give a single value");
  return Scalar(node, field).SetIn(message);
}

}  // namespace taskgateway::server
