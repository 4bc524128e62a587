// The smallest adapter: its signature is readable, and its replies are one word.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "adapters/core/status_catalogue.h"
#include "adapters/task_adapter.h"

namespace taskgateway::support {

// Reads `/tasks/{id}`. A reply's body is the name of a v1::Task.State, its header `x-created` the creation time in unix
// seconds, `x-detail` something that changes the etag alone; 404 is NOT_FOUND, 403 PERMISSION_DENIED; any other status
// is UNKNOWN. Every failure is final. Lines behind the first one are the log, each an entry
// `{command}/{stream}/{content}`.
class FakeAdapter final : public TaskAdapter {
 public:
  FakeAdapter() {
    traits_.kind = "fake";
    traits_.min_poll_interval = absl::Seconds(1);
    traits_.has_logs = true;
    traits_.operations = {{"GetTask", 20, 20, std::size_t{16} << 20}};
  }

  const Traits& traits() const override { return traits_; }

  core::HttpRequest GetTask(std::string_view task_id) const override {
    core::HttpRequest request;
    request.method = "GET";
    request.path = "/tasks/";
    request.path += task_id;
    return request;
  }

  Reply<DecodedTask> DecodeGetTask(core::HttpResponse response, const TaskRef& ref, bool want_raw) const override {
    Reply<DecodedTask> reply;
    v1::Task::State state = v1::Task::UNKNOWN;
    if (response.status == 404) {
      reply.verdict.status = core::TaskNotFound(ref.name, {.host = ref.host});
    } else if (response.status == 403) {
      reply.verdict.status = core::UpstreamPermissionDenied({.host = ref.host, .http_status = 403});
    } else if (response.status != 200) {
      reply.verdict.status =
          absl::UnknownError(absl::StrCat("HTTP ", response.status, " from ", std::string(ref.host)));
    } else {
      ReadLog(std::move(response.body), &reply.value.log);
      response.body = reply.value.log.reply.substr(0, reply.value.log.reply.find('\n'));
      v1::Task::State_Parse(response.body, &state);
    }
    std::int64_t created = 0;
    if (absl::SimpleAtoi(std::string(core::FindHeader(response.headers, "x-created")), &created)) {
      reply.value.task->mutable_create_time()->set_seconds(created);
    }
    reply.value.task->mutable_target()->set_resource_id(std::string(core::FindHeader(response.headers, "x-detail")));
    reply.value.task->set_state(state);
    reply.value.task->set_source_status(response.body);
    reply.value.task->set_done(state == v1::Task::SUCCEEDED || state == v1::Task::FAILED ||
                               state == v1::Task::CANCELLED);
    if (want_raw) (*reply.value.raw.emplace().mutable_fields())["body"].set_string_value(response.body);
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

  Traits traits_;
};

}  // namespace taskgateway::support
