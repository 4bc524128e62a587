// Error replies and task errors. The first line is the HTTP status, the rest the body, which also serves as header
// values and as the message of a task's error.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/alibaba/error_reply.h"
#include "adapters/alibaba/task_error.h"
#include "adapters/alibaba/timestamps.h"
#include "adapters/core/json_reader.h"
#include "adapters/core/status_catalogue.h"
#include "adapters/core/utf8.h"
#include "tests/fuzz/expect.h"

namespace taskgateway {
namespace {

using fuzz::Expect;

constexpr TaskRef kRef{.name = "sources/s/tasks/task-1", .host = "cloudcontrol.aliyuncs.com"};

int StatusOf(std::string_view line) {
  int status = 0;
  for (const char c : line.substr(0, 3)) {
    if (c >= '0' && c <= '9') status = status * 10 + (c - '0');
  }
  return status;
}

void CheckStatus(const absl::Status& status) {
  const google::rpc::Status rpc = core::ToRpcStatus(status);
  Expect(rpc.ByteSizeLong() <= core::kMaxDetailBytes, "the details stay within their cap");
  std::size_t encoded = 0;
  for (const char c : rpc.message()) encoded += c >= 0x20 && c <= 0x7e && c != '%' ? 1 : 3;
  Expect(encoded <= core::kMaxMessageBytes, "the message stays within its cap");
  Expect(core::IsUtf8(rpc.message()), "the message is UTF-8");
  google::rpc::ErrorInfo info;
  Expect(rpc.details_size() > 0 && rpc.details(0).UnpackTo(&info) && !info.reason().empty(),
         "every error has a reason");
  const bool again =
      status.code() == absl::StatusCode::kUnavailable || status.code() == absl::StatusCode::kResourceExhausted;
  Expect((core::RetryDelayOf(status) > absl::ZeroDuration()) == again, "what may be asked again says when");
}

void CheckReply(const core::HttpResponse& response) {
  const Verdict verdict = alibaba::ErrorVerdict(response, kRef, "cloudcontrol:GetTask");
  Expect(!verdict.status.ok(), "an error reply is an error");
  Expect(verdict.status.code() != absl::StatusCode::kUnauthenticated, "the caller's token is fine");
  Expect(
      !verdict.retry_after || (*verdict.retry_after > absl::ZeroDuration() && *verdict.retry_after <= absl::Hours(1)),
      "a wait hint is positive and at most an hour");
  CheckStatus(verdict.status);

  const absl::StatusOr<core::JsonDocument> document = core::JsonDocument::Parse(response.body);
  if (!document.ok()) CheckStatus(alibaba::BrokenReply(response, kRef, document.status()).status);
}

void CheckTaskError(const core::JsonValue* message) {
  v1::TaskError error;
  alibaba::DecodeTaskError("OperationFailure.OperationFailed", message, &error);
  Expect(error.code() != 0, "a task's error has a code");
  for (const std::string* text :
       {&error.message(), &error.root_code(), &error.root_message(), &error.root_request_id()}) {
    Expect(core::IsUtf8(*text), "text is UTF-8");
  }
}

void Check(std::string_view input) {
  const std::size_t line = std::min(input.find('\n'), input.size());
  const std::string body(input.substr(std::min(line + 1, input.size())));
  const std::string value = body.substr(0, 64);
  core::HttpResponse response{.status = StatusOf(input.substr(0, line)), .headers = {}, .body = body};
  for (const char* name : {"x-acs-retry-after", "x-ratelimit-user", "retry-after", "date", "x-acs-request-id"}) {
    response.headers.push_back({name, value});
  }
  CheckReply(response);

  std::string valid;  // as texts of documents are
  core::CopyUtf8(body, &valid);
  const core::JsonValue text(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
  CheckTaskError(&text);
  if (const auto document = core::JsonDocument::Parse(body); document.ok()) CheckTaskError(&document->root());

  if (const std::optional<absl::Time> time = alibaba::ParseTimestamp(value)) {
    Expect(alibaba::ParseTimestamp(alibaba::FormatTimestamp(*time)) <= time, "a printed time reads back");
  }
}

}  // namespace
}  // namespace taskgateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskgateway::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
