#include "tools/simulator/fault.h"

#include "tools/simulator/strict_object.h"

namespace taskgateway::simulator {
namespace {

constexpr std::string_view kHtml =
    "<html>\r\n<head><title>Bad Gateway</title></head>\r\n<body><h1>Bad Gateway</h1></body>\r\n</html>\r\n";
constexpr std::string_view kBrokenJson = R"({"requestId":"simulated","task":{"status":"Succ)";

int ReadStatus(StrictObject& object, int fallback) {
  return static_cast<int>(object.Integer("status", 200, 599, fallback));
}

void ReadMatch(const rapidjson::Value& value, const std::string& path, FaultRule& rule, absl::Status& problem) {
  StrictObject match(value, path, problem);
  const int api = match.Word("api", {WordOf(Api::kCloudControl), WordOf(Api::kServiceCatalog)}, -1);
  if (api >= 0) rule.api = api == 0 ? Api::kCloudControl : Api::kServiceCatalog;
  rule.action = match.Text("action");
  rule.task_id = match.Text("task");
  match.Finish();
}

ApiError ReadError(const rapidjson::Value& value, const std::string& path, absl::Status& problem) {
  StrictObject object(value, path, problem);
  ApiError error;
  error.status = static_cast<int>(object.Integer("status", 400, 599, 400));
  error.code = object.RequiredText("code");
  error.message = object.Text("message", "simulated: " + error.code);
  error.envelope = static_cast<Envelope>(object.Word("envelope", {"gateway", "mixed", "lower", "xml"}, 0));
  object.Finish();
  return error;
}

// The three bodies that no API sends. `standard` is the text of those that bring their own.
ForeignAnswer ReadForeign(const rapidjson::Value& value, const std::string& path, std::string content_type,
                          std::string_view standard, int standard_status, absl::Status& problem) {
  StrictObject object(value, path, problem);
  ForeignAnswer answer{.status = ReadStatus(object, standard_status),
                       .content_type = std::move(content_type),
                       .text = std::string(standard)};
  if (standard.empty()) {
    answer.content_type = object.Text("content_type", answer.content_type);
    answer.text = object.Text("text");
  }
  object.Finish();
  return answer;
}

Delivery ReadDelivery(StrictObject& object) {
  Delivery delivery;
  delivery.delay = object.Duration("delay");
  if (object.Has("truncate_at")) delivery.truncate_at = object.Bytes("truncate_at", std::uint64_t{1} << 40, 0);
  delivery.bytes_per_second = object.Bytes("bytes_per_second", std::uint64_t{1} << 40, 0);
  delivery.reset = static_cast<Delivery::Reset>(object.Word("reset", {"no", "before_headers", "after_headers"}, 0));
  delivery.hang = object.Bool("hang");
  return delivery;
}

core::HttpHeaders ReadHeaders(StrictObject& object, absl::Status& problem) {
  core::HttpHeaders headers;
  object.Object("headers", [&](const rapidjson::Value& value, const std::string& path) {
    StrictObject members(value, path, problem);
    if (!value.IsObject()) return;
    for (const auto& member : value.GetObject()) {
      const std::string_view name(member.name.GetString(), member.name.GetStringLength());
      headers.push_back({std::string(name), members.Text(name)});
    }
  });
  return headers;
}

}  // namespace

absl::StatusOr<FaultRule> ReadFaultRule(const rapidjson::Value& value, const std::string& path) {
  absl::Status problem;
  StrictObject object(value, path, problem);
  FaultRule rule;
  Fault& fault = rule.fault;
  object.Object("match", [&](const auto& match, const auto& at) { ReadMatch(match, at, rule, problem); });
  rule.count = object.Integer("count", 1, 1'000'000'000, 0);
  const int answers = object.Has("error") + object.Has("html") + object.Has("broken_json") + object.Has("body");
  if (answers > 1) object.Problem("", "has several answers; keep one of error, html, broken_json and body");
  object.Object("error", [&](const auto& error, const auto& at) { fault.error = ReadError(error, at, problem); });
  object.Object("html", [&](const auto& html, const auto& at) {
    fault.foreign = ReadForeign(html, at, "text/html", kHtml, 502, problem);
  });
  object.Object("broken_json", [&](const auto& broken, const auto& at) {
    fault.foreign = ReadForeign(broken, at, "application/json;charset=utf-8", kBrokenJson, 200, problem);
  });
  object.Object("body", [&](const auto& body, const auto& at) {
    fault.foreign = ReadForeign(body, at, "application/json;charset=utf-8", "", 200, problem);
  });
  fault.headers = ReadHeaders(object, problem);
  fault.delivery = ReadDelivery(object);
  fault.gzip = object.Bool("gzip");
  object.Finish();
  if (!problem.ok()) return problem;
  return rule;
}

std::optional<Fault> FaultList::Take(Api api, std::string_view action, std::string_view task_id) {
  for (auto rule = rules_.begin(); rule != rules_.end(); ++rule) {
    if (rule->api && *rule->api != api) continue;
    if (!rule->action.empty() && rule->action != action) continue;
    if (!rule->task_id.empty() && rule->task_id != task_id) continue;
    Fault fault = rule->fault;
    if (rule->count > 0 && --rule->count == 0) rules_.erase(rule);
    return fault;
  }
  return std::nullopt;
}

}  // namespace taskgateway::simulator
