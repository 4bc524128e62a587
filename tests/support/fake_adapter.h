// The smallest adapter: its signature is readable, and its replies are one word.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "adapters/core/status_catalogue.h"
#include "adapters/task_adapter.h"

namespace taskgateway::support {

// Reads `/tasks/{id}`. A reply's body is the name of a v1::Task.State, its header `x-created` the creation time in unix
// seconds, `x-detail` something that changes the etag alone. Lines behind the first one are the log, each an entry
// `{command}/{stream}/{content}`.
//
// Cancels `/tasks/{id}/cancel`; lists `/products/{product}/tasks?{page}/{size}`, whose reply is `id=STATE id=STATE …`,
// with ` more` at the end when there is more; resolves an alias by `/products/{product}`, then
// `/products/{product}/newest`, whose replies are a task id or nothing.
//
// 404 is NOT_FOUND, 403 PERMISSION_DENIED, 409 TASK_ALREADY_DONE; any other status is UNKNOWN. Every such failure is
// final.
class FakeAdapter final : public TaskAdapter {
 public:
  FakeAdapter() {
    traits_.kind = "fake";
    traits_.min_poll_interval = absl::Seconds(1);
    traits_.has_logs = true;
    traits_.can_cancel = true;
    traits_.can_list = true;
    traits_.has_latest_alias = true;
    for (const char* operation : {"GetTask", "CancelTask", "ListTasks", "GetProduct"}) {
      traits_.operations.push_back({operation, 20, 20, std::size_t{16} << 20});
    }
  }

  const Traits& traits() const override { return traits_; }
  void SetMinPollInterval(absl::Duration interval) { traits_.min_poll_interval = interval; }

  core::HttpRequest GetTask(std::string_view task_id) const override {
    return Request("GET", absl::StrCat("/tasks/", std::string(task_id)));
  }

  Reply<DecodedTask> DecodeGetTask(core::HttpResponse response, const TaskRef& ref, bool want_raw) const override {
    Reply<DecodedTask> reply;
    reply.verdict = Judge(response, ref);
    v1::Task::State state = v1::Task::UNKNOWN;
    if (reply.verdict.status.ok()) {
      ReadLog(std::move(response.body), &reply.value.log);
      response.body = reply.value.log.reply.substr(0, reply.value.log.reply.find('\n'));
      v1::Task::State_Parse(response.body, &state);
    }
    std::int64_t created = 0;
    if (absl::SimpleAtoi(std::string(core::FindHeader(response.headers, "x-created")), &created)) {
      reply.value.task->mutable_create_time()->set_seconds(created);
    }
    reply.value.task->mutable_target()->set_resource_id(std::string(core::FindHeader(response.headers, "x-detail")));
    reply.value.task->set_source_status(response.body);
    SetState(state, &*reply.value.task);
    if (want_raw) (*reply.value.raw.emplace().mutable_fields())["body"].set_string_value(response.body);
    return reply;
  }

  core::HttpRequest CancelTask(std::string_view task_id) const override {
    return Request("PUT", absl::StrCat("/tasks/", std::string(task_id), "/cancel"));
  }

  Verdict DecodeCancelTask(core::HttpResponse response, const TaskRef& ref) const override {
    return Judge(response, ref);
  }

  core::HttpRequest ListTasks(const ListQuery& query) const override {
    return Request("GET", absl::StrCat("/products/", query.provisioned_product_id, "/tasks?", query.page_number, "/",
                                       query.page_size));
  }

  Reply<TaskPage> DecodeListTasks(core::HttpResponse response, const ListQuery&, const TaskRef& ref) const override {
    Reply<TaskPage> reply;
    reply.verdict = Judge(response, ref);
    if (!reply.verdict.status.ok()) return reply;
    for (const absl::string_view word : absl::StrSplit(response.body, ' ', absl::SkipEmpty())) {
      if (word == "more") {
        reply.value.has_more = true;
        continue;
      }
      const std::pair<std::string, std::string> task = absl::StrSplit(word, absl::MaxSplits('=', 1));
      v1::Task::State state = v1::Task::UNKNOWN;
      v1::Task::State_Parse(task.second, &state);
      reply.value.tasks.emplace_back().set_uid(task.first);
      SetState(state, &reply.value.tasks.back());
    }
    return reply;
  }

  std::optional<AliasLookup> ResolveAlias(std::string_view provisioned_product_id, int step) const override {
    if (step > 1) return std::nullopt;
    const std::string path = absl::StrCat("/products/", std::string(provisioned_product_id));
    return step == 0 ? AliasLookup{"GetProduct", Request("GET", path)}
                     : AliasLookup{"ListTasks", Request("GET", path + "/newest")};
  }

  Reply<AliasStep> DecodeResolveAlias(core::HttpResponse response, int step, const TaskRef& ref) const override {
    Reply<AliasStep> reply;
    reply.verdict = Judge(response, ref);
    if (!reply.verdict.status.ok()) return reply;
    reply.value.task_id = response.body;
    reply.value.try_next = response.body.empty() && step == 0;
    return reply;
  }

  void Sign(core::HttpRequest& request, const core::Credentials& credentials,
            const SigningContext& context) const override {
    request.headers.push_back({"x-key", credentials.access_key_id});
    request.headers.push_back({"x-time", absl::FormatTime(absl::RFC3339_full, context.time, absl::UTCTimeZone())});
    request.headers.push_back({"x-nonce", std::string(context.nonce)});
  }

 private:
  static void ReadLog(std::string body, TaskLog* log) {
    log->reply = std::move(body);
    log->reply.reserve(16);  // the views stay valid when it is moved
    std::string_view rest = log->reply;
    const auto take = [&rest](char end) {
      const std::size_t size = std::min(rest.find(end), rest.size());
      const std::string_view taken = rest.substr(0, size);
      rest.remove_prefix(std::min(size + 1, rest.size()));
      return taken;
    };
    take('\n');
    while (!rest.empty()) {
      TaskLog::Entry& entry = log->entries.emplace_back();
      entry.command = take('/');
      entry.stream = take('/');
      entry.content = take('\n');
    }
  }

  static core::HttpRequest Request(std::string_view method, std::string path) {
    core::HttpRequest request;
    request.method = method;
    request.path = std::move(path);
    return request;
  }

  static Verdict Judge(const core::HttpResponse& response, const TaskRef& ref) {
    switch (response.status) {
      case 200:
        return {};
      case 403:
        return {.status = core::UpstreamPermissionDenied({.host = ref.host, .http_status = 403})};
      case 404:
        return {.status = core::TaskNotFound(ref.name, {.host = ref.host})};
      case 409:
        return {.status = core::TaskAlreadyDone(ref.name, {.host = ref.host})};
      default:
        return {.status = absl::UnknownError(absl::StrCat("HTTP ", response.status, " from ", std::string(ref.host)))};
    }
  }

  static void SetState(v1::Task::State state, v1::Task* task) {
    task->set_state(state);
    task->set_done(state == v1::Task::SUCCEEDED || state == v1::Task::FAILED || state == v1::Task::CANCELLED);
  }

  Traits traits_;
};

}  // namespace taskgateway::support
