// YAML to message, guided by the message's descriptor and its (rule) options.
#pragma once

#include <google/protobuf/message.h>
#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "gateway/server/config_problems.h"

namespace taskgateway::server {

// Fills a message from one YAML document. What a rule refuses is reported and left unset; what is not given gets its
// default.
class ConfigReader {
 public:
  // Both outlive the reader.
  ConfigReader(Problems& problems, FieldLines& lines) : problems_(problems), lines_(lines) {}

  void Read(const YAML::Node& root, google::protobuf::Message* message);

 private:
  // Where a value stands.
  struct Place {
    std::string path;
    int line;
  };

  void ReadMapping(const YAML::Node& node, const Place& place, google::protobuf::Message* message);
  void ReadField(const YAML::Node& node, const google::protobuf::FieldDescriptor& field, const Place& place,
                 google::protobuf::Message* message);
  void ReadList(const YAML::Node& node, const google::protobuf::FieldDescriptor& field, const Place& place,
                google::protobuf::Message* message);
  void FillIn(const google::protobuf::FieldDescriptor& field, const Place& place, google::protobuf::Message* message);
  void CheckOneofs(const std::vector<const google::protobuf::FieldDescriptor*>& given, const Place& place,
                   const google::protobuf::Message& message);
  // Counts a node against the budget; false, and said once, when it is used up.
  bool Spend(const Place& place);

  Problems& problems_;
  FieldLines& lines_;
  int nodes_left_ = 100'000;
};

}  // namespace taskgateway::server
