#include "gateway/rpc/operation.h"

#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "adapters/core/status_catalogue.h"
#include "gateway/rpc/task_name.h"

namespace taskgateway::rpc {
namespace {

// What a person should read first, as the error of a task says it.
std::string MessageOf(const v1::Task& task) {
  const v1::TaskError& error = task.error();
  for (const std::string* text : {&error.root_message(), &error.message(), &error.root_code(), &error.source_code()}) {
    if (!text->empty()) return *text;
  }
  return task.state() == v1::Task::CANCELLED ? "the task was cancelled" : "the task has failed";
}

}  // namespace

google::longrunning::Operation ToOperation(const v1::Task& task) {
  google::longrunning::Operation operation;
  operation.set_name(ToOperationName(task.name()));
  std::ignore = operation.mutable_metadata()->PackFrom(task);  // fails beyond 2 GiB alone
  operation.set_done(task.done());
  if (task.state() == v1::Task::SUCCEEDED) {
    *operation.mutable_response() = operation.metadata();
  } else if (task.done()) {
    operation.mutable_error()->set_code(task.error().code());
    operation.mutable_error()->set_message(MessageOf(task));
  }
  return operation;
}

absl::StatusOr<std::string> ProductOfFilter(const std::string& filter) {
  absl::string_view rest = absl::StripAsciiWhitespace(filter);
  bool matches = absl::ConsumePrefix(&rest, "provisioned_product_id");
  rest = absl::StripLeadingAsciiWhitespace(rest);
  matches = matches && absl::ConsumePrefix(&rest, "=");
  rest = absl::StripLeadingAsciiWhitespace(rest);
  matches = matches && absl::ConsumePrefix(&rest, "\"") && absl::ConsumeSuffix(&rest, "\"");
  const std::string product(rest);
  if (!matches || !IsId(product)) {
    return core::InvalidField("filter", "must be provisioned_product_id=\"…\": the upstream lists nothing else");
  }
  return product;
}

}  // namespace taskgateway::rpc
