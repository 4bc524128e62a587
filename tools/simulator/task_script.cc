#include "tools/simulator/task_script.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace taskgateway::simulator {
namespace {

constexpr int kMaxEntries = 99;

Step ReadStep(const rapidjson::Value& value, Api api, const std::string& path, absl::Status& problem) {
  StrictObject object(value, path, problem);
  Step step;
  if (object.Has("after") && object.Has("at_request")) {
    object.Problem("after", "a step begins at a time or at a request; keep one of after and at_request");
  }
  step.after = object.Duration("after");
  step.at_request = object.Integer("at_request", 1, 1'000'000'000, 0);
  step.status = object.RequiredText("status");
  step.fields = object.RawMembers("fields");
  if (api == Api::kCloudControl) {
    object.Object("error", [&](const rapidjson::Value& error, const std::string& error_path) {
      StrictObject members(error, error_path, problem);
      const std::string code = members.Text("code");
      std::string message = JsonString("");
      members.Object("message", [&](const rapidjson::Value& text, const std::string&) { message = JsonText(text); });
      members.Finish();
      SetMember(step.fields, "error", absl::StrCat("{\"code\":", JsonString(code), ",\"message\":", message, "}"));
    });
  } else {
    object.Object("status_message", [&](const rapidjson::Value& text, const std::string&) {
      SetMember(step.fields, "StatusMessage", JsonText(text));
    });
  }
  object.Finish();
  return step;
}

}  // namespace

std::vector<LogSlice> LogScript::At(absl::Duration elapsed, std::int64_t reads) const {
  double part = 1;
  if (over_requests > 1) {
    part = static_cast<double>(std::max<std::int64_t>(reads, 1) - 1) / static_cast<double>(over_requests - 1);
  } else if (over_requests == 0 && over > absl::ZeroDuration()) {
    part = absl::FDivDuration(elapsed, over);
  }
  part = std::clamp(part, 0.0, 1.0);
  std::uint64_t left = start_bytes + static_cast<std::uint64_t>(static_cast<double>(end_bytes - start_bytes) * part);
  const std::uint64_t entry_bytes = (end_bytes + entries - 1) / entries;
  std::vector<LogSlice> slices;
  for (int entry = 0; left > 0; ++entry) {
    slices.push_back({entry, std::min(left, entry_bytes)});
    left -= slices.back().bytes;
  }
  return slices;
}

std::vector<Step> ReadSteps(StrictObject& object, std::string_view name, Api api, absl::Status& problem) {
  std::vector<Step> steps;
  object.Each(name, [&](const rapidjson::Value& value, const std::string& path) {
    steps.push_back(ReadStep(value, api, path, problem));
  });
  return steps;
}

LogScript ReadLogScript(const rapidjson::Value& value, const std::string& path, absl::Status& problem) {
  StrictObject object(value, path, problem);
  LogScript log;
  log.entries = static_cast<int>(object.Integer("entries", 1, kMaxEntries, 1));
  log.end_bytes = object.Bytes("end_bytes", kMaxLogBytes, 0);
  log.start_bytes = object.Bytes("start_bytes", kMaxLogBytes, log.end_bytes);
  if (log.start_bytes > log.end_bytes) object.Problem("start_bytes", "is above end_bytes; a log only grows");
  log.over = object.Duration("over");
  log.over_requests = object.Integer("over_requests", 1, 1'000'000'000, 0);
  object.Finish();
  return log;
}

absl::StatusOr<TaskScript> ReadTaskScript(const rapidjson::Value& value, const std::string& path) {
  absl::Status problem;
  StrictObject object(value, path, problem);
  TaskScript script;
  if (!object.Has("api")) object.Problem("api", "is missing; write cloud_control or service_catalog");
  script.api = object.Word("api", {WordOf(Api::kCloudControl), WordOf(Api::kServiceCatalog)}, 0) == 0
                   ? Api::kCloudControl
                   : Api::kServiceCatalog;
  script.id = object.RequiredText("id");
  script.fields = object.RawMembers("fields");
  object.Each("omit", [&](const rapidjson::Value& name, const std::string& name_path) {
    if (!name.IsString()) {
      StrictObject(name, name_path, problem).Problem("", "must be the name of a member");
      return;
    }
    SetMember(script.fields, name.GetString(), "");
  });
  script.steps = ReadSteps(object, "steps", script.api, problem);
  if (script.steps.empty())
    object.Problem("steps", "is missing; a task needs at least one step such as {status: Running}");
  if (script.api == Api::kCloudControl) {
    script.on_cancel = ReadSteps(object, "on_cancel", script.api, problem);
    if (script.on_cancel.empty()) {
      script.on_cancel = {{.status = "Cancelling"}, {.at_request = 2, .status = "Cancelled"}};
    }
  } else {
    object.Object("log", [&](const rapidjson::Value& log, const std::string& log_path) {
      script.log = ReadLogScript(log, log_path, problem);
    });
  }
  object.Finish();
  if (!problem.ok()) return problem;
  return script;
}

}  // namespace taskgateway::simulator
