// Single values of the configuration: text, switches, numbers, durations.
#pragma once

#include <google/protobuf/message.h>
#include <yaml-cpp/yaml.h>

#include <string>

#include "taskgateway/config/v1/rule.pb.h"

namespace taskgateway::server {

// The rule of a configuration field; the empty one when it has none.
const config::v1::Rule& RuleOf(const google::protobuf::FieldDescriptor& field);

// Whether a field holds one value: anything but a list and a mapping. A duration is one value.
bool IsScalar(const google::protobuf::FieldDescriptor& field);

// What a scalar field or list accepts by the bounds of its rule, such as `1..10 attempts`, `100ms..1m`, `at most 256
// bytes`; empty when the rule has none.
std::string RangeOf(const google::protobuf::FieldDescriptor& field);

// What a YAML node is, for errors: `a mapping`, `a list`, `a text`, `empty`. Never its content.
const char* KindOf(const YAML::Node& node);

// Sets a scalar field of `message` to what `node` says. Returns what is wrong with it, with the value (`***` for a
// secret) and the remedy, having set nothing; empty when all is well.
std::string SetScalar(const YAML::Node& node, const google::protobuf::FieldDescriptor& field,
                      google::protobuf::Message* message);

}  // namespace taskgateway::server
