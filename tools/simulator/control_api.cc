#include "tools/simulator/control_api.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "rapidjson/error/en.h"
#include "tools/simulator/scenario.h"
#include "tools/simulator/strict_object.h"

namespace taskgateway::simulator {
namespace {

// What an endpoint works with: the JSON body, or the last segment of the path.
struct ControlCall {
  const rapidjson::Value& body;
  const std::string& id;
  Cloud& cloud;
};

// An endpoint answers JSON or a status.
using Handler = absl::StatusOr<std::string> (*)(const ControlCall&);

constexpr std::string_view kDone = "{}";

absl::StatusOr<std::string> PutTask(const ControlCall& call) {
  absl::StatusOr<TaskScript> script = ReadTaskScript(call.body, "");
  if (!script.ok()) return script.status();
  call.cloud.tasks().Put(*std::move(script));
  return std::string(kDone);
}

absl::StatusOr<std::string> DeleteTask(const ControlCall& call) {
  if (!call.cloud.tasks().Remove(call.id)) return absl::NotFoundError(absl::StrCat("there is no task ", call.id));
  return std::string(kDone);
}

absl::StatusOr<std::string> PutProduct(const ControlCall& call) {
  absl::StatusOr<ProductScript> product = ReadProductScript(call.body, "");
  if (!product.ok()) return product.status();
  call.cloud.tasks().PutProduct(product->id, std::move(product->fields));
  return std::string(kDone);
}

absl::StatusOr<std::string> PutLaunch(const ControlCall& call) {
  absl::StatusOr<LaunchScript> launch = ReadLaunchScript(call.body, "");
  if (!launch.ok()) return launch.status();
  call.cloud.tasks().set_launch(*std::move(launch));
  return std::string(kDone);
}

absl::StatusOr<std::string> PutAccessKey(const ControlCall& call) {
  absl::StatusOr<AccessKey> key = ReadAccessKey(call.body, "");
  if (!key.ok()) return key.status();
  call.cloud.keys().Put(*std::move(key));
  return std::string(kDone);
}

absl::StatusOr<std::string> DeleteAccessKey(const ControlCall& call) {
  if (!call.cloud.keys().Remove(call.id)) return absl::NotFoundError(absl::StrCat("there is no access key ", call.id));
  return std::string(kDone);
}

absl::StatusOr<std::string> AddFault(const ControlCall& call) {
  absl::StatusOr<FaultRule> rule = ReadFaultRule(call.body, "");
  if (!rule.ok()) return rule.status();
  call.cloud.faults().Add(*std::move(rule));
  return std::string(kDone);
}

absl::StatusOr<std::string> DeleteFaults(const ControlCall& call) {
  call.cloud.faults().Clear();
  return std::string(kDone);
}

absl::StatusOr<std::string> SetClock(const ControlCall& call) {
  absl::Status problem;
  StrictObject object(call.body, "", problem);
  if (!object.Has("offset")) object.Problem("offset", "is missing; write it like \"-20m\" or \"0s\"");
  const absl::Duration offset = object.Duration("offset", absl::ZeroDuration(), true);
  object.Finish();
  if (!problem.ok()) return problem;
  call.cloud.clock().set_offset(offset);
  return std::string(kDone);
}

absl::StatusOr<std::string> ReadLedger(const ControlCall& call) { return call.cloud.ledger().ToJson(); }

absl::StatusOr<std::string> ClearLedger(const ControlCall& call) {
  call.cloud.ledger().Clear();
  return std::string(kDone);
}

absl::StatusOr<std::string> Healthz(const ControlCall&) { return std::string(R"({"status":"ok"})"); }

struct Endpoint {
  std::string_view method;
  std::string_view name;
  bool with_id;    // one more segment follows
  bool with_body;  // JSON
  Handler handler;
};

constexpr std::array<Endpoint, 12> kEndpoints = {{
    {"GET", "healthz", false, false, &Healthz},
    {"POST", "tasks", false, true, &PutTask},
    {"DELETE", "tasks", true, false, &DeleteTask},
    {"POST", "provisioned_products", false, true, &PutProduct},
    {"PUT", "launch", false, true, &PutLaunch},
    {"POST", "access_keys", false, true, &PutAccessKey},
    {"DELETE", "access_keys", true, false, &DeleteAccessKey},
    {"POST", "faults", false, true, &AddFault},
    {"DELETE", "faults", false, false, &DeleteFaults},
    {"PUT", "clock", false, true, &SetClock},
    {"GET", "ledger", false, false, &ReadLedger},
    {"DELETE", "ledger", false, false, &ClearLedger},
}};

Reply ErrorReply(int status, const std::string& message) {
  Reply reply;
  reply.status = status;
  reply.body = Body(absl::StrCat("{\"error\":", JsonString(message), "}"));
  return reply;
}

Reply Run(const Endpoint& endpoint, const core::HttpRequest& request, const std::string& id, Cloud& cloud) {
  rapidjson::Document body;
  if (endpoint.with_body) {
    body.Parse<rapidjson::kParseIterativeFlag>(request.body.data(), request.body.size());
    if (body.HasParseError()) {
      return ErrorReply(400, absl::StrCat("the body is not JSON at byte ", body.GetErrorOffset(), ": ",
                                          rapidjson::GetParseError_En(body.GetParseError())));
    }
  }
  absl::StatusOr<std::string> json = endpoint.handler({body, id, cloud});
  if (!json.ok()) return ErrorReply(absl::IsNotFound(json.status()) ? 404 : 400, std::string(json.status().message()));
  Reply reply;
  reply.body = Body(*std::move(json));
  return reply;
}

}  // namespace

Reply Control(const core::HttpRequest& request, Cloud& cloud) {
  const std::string_view rest = std::string_view(request.path).substr(kControlPath.size());
  const std::size_t slash = rest.find('/');
  const std::string_view name = rest.substr(0, slash);
  const bool has_id = slash != std::string_view::npos;
  const std::string id = has_id ? PercentDecode(rest.substr(slash + 1), false) : "";
  bool known = false;
  for (const Endpoint& endpoint : kEndpoints) {
    if (endpoint.name != name || endpoint.with_id != has_id) continue;
    if (endpoint.method == request.method) return Run(endpoint, request, id, cloud);
    known = true;
  }
  if (known) return ErrorReply(405, absl::StrCat(request.method, " is not for this endpoint"));
  std::string names;
  for (const Endpoint& endpoint : kEndpoints) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", std::string(endpoint.method), " ", std::string(endpoint.name),
                    endpoint.with_id ? "/{id}" : "");
  }
  return ErrorReply(404, absl::StrCat("there is no such endpoint; there are: ", names));
}

}  // namespace taskgateway::simulator
