#include "gateway/server/connection_count.h"

#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "grpc/grpc.h"
#include "grpc/support/alloc.h"

namespace taskgateway::server {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

// What channelz said; nothing when it said nothing.
std::optional<Struct> Parse(char* json) {
  const std::unique_ptr<char, void (*)(void*)> owned(json, gpr_free);
  Struct parsed;
  if (json == nullptr || !google::protobuf::util::JsonStringToMessage(json, &parsed).ok()) return std::nullopt;
  return parsed;
}

const Value& Member(const Struct& object, std::string_view name) {
  const auto found = object.fields().find(std::string(name));
  return found == object.fields().end() ? Value::default_instance() : found->second;
}

// Of all servers of this process. channelz tells a hundred at a time, which is more than there are.
std::set<std::int64_t> ServerIds() {
  grpc_init();
  std::set<std::int64_t> ids;
  if (const std::optional<Struct> answer = Parse(grpc_channelz_get_servers(0))) {
    for (const Value& server : Member(*answer, "server").list_value().values()) {
      std::int64_t id = 0;
      const Struct& ref = Member(server.struct_value(), "ref").struct_value();
      if (absl::SimpleAtoi(Member(ref, "serverId").string_value(), &id)) ids.insert(id);
    }
  }
  grpc_shutdown();
  return ids;
}

}  // namespace

ConnectionCount::ConnectionCount() : others_(ServerIds()) { grpc_init(); }

ConnectionCount::~ConnectionCount() { grpc_shutdown(); }

void ConnectionCount::ServerIsBuilt() {
  for (const std::int64_t id : ServerIds()) {
    if (!others_.contains(id)) server_ = id;
  }
}

bool ConnectionCount::Any() const {
  if (!server_) return true;
  const std::optional<Struct> answer = Parse(grpc_channelz_get_server_sockets(*server_, 0, 1));
  return !answer || Member(*answer, "socketRef").list_value().values_size() > 0;
}

}  // namespace taskgateway::server
