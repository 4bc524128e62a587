// What a reply of CancelTask means.
#include "adapters/cloud_control/cloud_control.h"
#include "adapters/core/status_catalogue.h"
#include "gtest/gtest.h"

namespace taskgateway::cloud_control {
namespace {

constexpr TaskRef kRef{.name = "sources/cc/tasks/task-1", .host = "cloudcontrol.aliyuncs.com"};

Verdict Decode(int status, std::string body) {
  return CloudControlAdapter().DecodeCancelTask({.status = status, .headers = {}, .body = std::move(body)}, kRef);
}

TEST(CloudControlCancel, IsAcceptedWithARequestId) {
  const Verdict verdict = Decode(200, R"({"requestId": "473469C7-AA6F-4DC5-B3DB-A3DC0DE3****"})");
  EXPECT_TRUE(verdict.status.ok()) << verdict.status;
  EXPECT_EQ(verdict.signal, Signal::kNone);
}

TEST(CloudControlCancel, AnyObjectWithoutACodeIsAccepted) {
  EXPECT_TRUE(Decode(202, "{}").status.ok());
  EXPECT_TRUE(Decode(200, R"({"code": null, "requestId": "R1"})").status.ok());
}

TEST(CloudControlCancel, OfAFinishedTaskIsAFailedPrecondition) {
  const Verdict verdict =
      Decode(400, R"({"Code": "InvalidOperation.InvalidTaskStatus", "Message": "The task cannot be canceled."})");
  EXPECT_EQ(verdict.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(core::ReasonOf(verdict.status), "TASK_ALREADY_DONE");
}

TEST(CloudControlCancel, OfAnUnknownTaskIsNotFound) {
  const Verdict verdict = Decode(400, R"({"code": "InvalidTask.NotFound", "message": "No such task."})");
  EXPECT_EQ(core::ReasonOf(verdict.status), "TASK_NOT_FOUND");
}

TEST(CloudControlCancel, AnErrorEnvelopeIsAnErrorWhateverItsHttpStatus) {
  const Verdict verdict = Decode(200, R"({"Code": "InvalidTask.NotFound", "Message": "No such task."})");
  EXPECT_EQ(core::ReasonOf(verdict.status), "TASK_NOT_FOUND");
}

TEST(CloudControlCancel, WithoutAJsonObjectIsBroken) {
  for (const char* body : {"", "<html></html>", "[]", "null", "\"ok\"", R"({"requestId")"}) {
    const Verdict verdict = Decode(200, body);
    EXPECT_EQ(verdict.status.code(), absl::StatusCode::kUnavailable) << body;
    EXPECT_EQ(core::ReasonOf(verdict.status), "UPSTREAM_BROKEN_REPLY") << body;
  }
}

TEST(CloudControlCancel, DeniedNamesItsOwnRamAction) {
  const Verdict verdict = Decode(403, R"({"Code": "NoPermission", "Message": "no"})");
  EXPECT_EQ(verdict.status.code(), absl::StatusCode::kPermissionDenied);
  const std::string details = core::ToRpcStatus(verdict.status).SerializeAsString();
  EXPECT_NE(details.find("cloudcontrol:CancelTask"), std::string::npos);
}

}  // namespace
}  // namespace taskgateway::cloud_control
