#include "gateway/server/whole_json.h"

#include "google/protobuf/util/json_util.h"

namespace taskgateway::server {
namespace {

// Protobuf 5.26 gave the option another name.
template <typename Options>
void PrintDefaults(Options& options) {
  if constexpr (requires { options.always_print_fields_with_no_presence; }) {
    options.always_print_fields_with_no_presence = true;
  } else {
    options.always_print_primitive_fields = true;
  }
}

}  // namespace

std::string WholeJson(const google::protobuf::Message& message, JsonLayout layout) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = layout == JsonLayout::kLines;
  options.preserve_proto_field_names = true;
  PrintDefaults(options);
  std::string json;
  return google::protobuf::util::MessageToJsonString(message, &json, options).ok() ? json : "{}";
}

}  // namespace taskgateway::server
