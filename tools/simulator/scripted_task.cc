#include "tools/simulator/scripted_task.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "adapters/alibaba/timestamps.h"
#include "tools/simulator/default_fields.h"

namespace taskgateway::simulator {

ScriptedTask::ScriptedTask(TaskScript script, const base::Clock& clock, absl::Duration age)
    : script_(std::move(script)),
      clock_(clock),
      start_(clock.Uptime() - age),
      steps_start_(start_),
      create_time_(clock.Now() - age),
      steps_(script_.steps) {
  EnterStep(0, absl::ZeroDuration());
}

void ScriptedTask::CountRead() {
  ++reads_;
  ++steps_reads_;
  Advance();
}

void ScriptedTask::Advance() {
  while (step_ + 1 < steps_.size()) {
    const Step& next = steps_[step_ + 1];
    const bool due = next.at_request > 0 ? steps_reads_ >= next.at_request : Elapsed() >= next.after;
    if (!due) return;
    EnterStep(step_ + 1, next.at_request > 0 ? Elapsed() : next.after);
  }
}

bool ScriptedTask::Cancel() {
  Advance();
  if (status() != "Pending" && status() != "Running") return false;
  steps_ = script_.on_cancel;
  steps_start_ = clock_.Uptime();
  steps_reads_ = 0;
  EnterStep(0, absl::ZeroDuration());
  return true;
}

std::string ScriptedTask::Field(std::string_view name) const {
  for (const auto& [member, json] : Fields()) {
    if (member != name) continue;
    rapidjson::Document value;
    value.Parse(json.data(), json.size());
    if (!value.HasParseError() && value.IsString()) return value.GetString();
  }
  return "";
}

void ScriptedTask::AppendTo(Body& body, bool with_tags) const {
  const Rendered& task = with_tags ? current_ : Render(false);
  if (task.log_at == std::string::npos) {
    body.Append(task.text);
    return;
  }
  const std::string_view text = task.text;
  body.Append(text.substr(0, task.log_at));
  constexpr std::array<std::string_view, 3> kCommands = {"init", "plan", "apply"};
  for (const LogSlice& slice : script_.log->At(clock_.Uptime() - start_, reads_)) {
    if (slice.entry > 0) body.Append(",");
    const std::string_view command = kCommands[slice.entry % kCommands.size()];
    body.Append("{\"Command\":\"");
    body.Append(command);
    body.Append("\",\"Stream\":\"stdout\",\"Content\":\"");
    body.Append(slice);
    body.Append("\"}");
  }
  body.Append(text.substr(task.log_at));
}

Members ScriptedTask::Fields() const {
  Members fields = DefaultFields(script_.api, script_.id, status(), alibaba::FormatTimestamp(create_time_),
                                 alibaba::FormatTimestamp(update_time_));
  SetMembers(fields, script_.fields);
  SetMembers(fields, steps_[step_].fields);
  return fields;
}

ScriptedTask::Rendered ScriptedTask::Render(bool with_tags) const {
  Rendered task;
  task.text = "{";
  for (const auto& [name, json] : Fields()) {
    if (json.empty() || (!with_tags && name == "TaskTags")) continue;
    if (task.text.size() > 1) task.text += ',';
    absl::StrAppend(&task.text, JsonString(name), ":");
    if (name == "Log" && script_.log) {
      task.text += "{\"TerraformLogs\":[";
      task.log_at = task.text.size();
      task.text += "]}";
    } else {
      task.text += json;
    }
  }
  task.text += '}';
  return task;
}

void ScriptedTask::EnterStep(std::size_t step, absl::Duration when) {
  step_ = step;
  update_time_ = create_time_ + (steps_start_ - start_) + when;
  current_ = Render(true);
}

}  // namespace taskgateway::simulator
