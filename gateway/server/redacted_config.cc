#include "gateway/server/redacted_config.h"

#include <google/protobuf/descriptor.h>

#include <vector>

#include "gateway/base/digest.h"
#include "gateway/server/config_scalar.h"
#include "gateway/server/whole_json.h"

namespace taskgateway::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void Redact(Message* message) {
  const google::protobuf::Reflection& reflection = *message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (RuleOf(*field).secret()) {
      if (field->is_repeated()) {
        reflection.ClearField(message, field);
      } else {
        reflection.SetString(message, field, "***");
      }
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      if (field->is_repeated()) {
        for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
          Redact(reflection.MutableRepeatedMessage(message, field, i));
        }
      } else {
        Redact(reflection.MutableMessage(message, field));
      }
    }
  }
}

}  // namespace

std::string RedactedJson(config::v1::Config config) {
  Redact(&config);
  return WholeJson(config, JsonLayout::kLines);
}

std::string DigestOf(const config::v1::Config& config) { return base::Digest128(RedactedJson(config)); }

}  // namespace taskgateway::server
