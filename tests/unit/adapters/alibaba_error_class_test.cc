#include <gtest/gtest.h>

#include <string>

#include "absl/strings/ascii.h"
#include "adapters/alibaba/error_class.h"

namespace taskgateway::alibaba {
namespace {

using enum ErrorClass;

struct Row {
  const char* code;
  int http_status;
  ErrorClass meaning;
};

// Every code of the two products' error lists and of the gateway's, with each HTTP status that it was seen with.
constexpr Row kRows[] = {
    // Cloud Control
    {"InvalidTask.NotFound", 400, kTaskNotFound},
    {"InvalidOperation.InvalidTaskStatus", 400, kTaskAlreadyDone},
    {"InvalidOperation.TaskNotCompleted", 400, kRejected},
    {"InvalidResource.NotFound", 400, kRejected},
    {"InvalidResourceType.NotFound", 400, kRejected},
    {"InvalidRegion.NotFound", 400, kRejected},
    {"InvalidDomain.NotFound", 400, kRejected},
    {"InvalidRequestPath", 400, kRejected},
    {"MissingParameter", 400, kRejected},
    {"InvalidParameter.RequiredNotExisted", 400, kRejected},
    {"InvalidRamUser.NoPermission", 400, kPermissionDenied},
    {"InvalidRamUser.NoPermission", 403, kPermissionDenied},
    {"InvalidRamRole.NoPermission", 400, kPermissionDenied},
    {"InternalError", 500, kUnavailable},
    {"InternalFailure", 500, kUnavailable},
    {"OperationFailure.OperationFailed", 400, kRejected},
    // Service Catalog: what it says of an unknown task id is documented nowhere
    {"InvalidTaskId.NotFound", 404, kTaskNotFound},
    {"InvalidTaskId", 400, kTaskNotFound},
    {"InvalidTaskId.Malformed", 400, kTaskNotFound},
    {"TaskNotFound", 404, kTaskNotFound},
    {"Task.NotExist", 404, kTaskNotFound},
    {"EntityNotExist.Task", 404, kTaskNotFound},
    {"EntityNotExists.Task", 404, kTaskNotFound},
    {"EntityNotExist.TaskId", 404, kTaskNotFound},
    {"ResourceNotFound.Task", 404, kTaskNotFound},
    {"InvalidTask.NotFound", 404, kTaskNotFound},
    {"InvalidTask.NotFound", 200, kTaskNotFound},
    {"InvalidTask.NotFound", 500, kUnavailable},
    {"InvalidTask", 400, kRejected},
    {"NotFound", 404, kRejected},
    {"ResourceNotFound", 404, kRejected},
    {"InvalidTaskTemplate.NotFound", 404, kRejected},
    {"TaskTemplateNotFound", 404, kRejected},
    {"MissingTaskId", 400, kRejected},
    {"InvalidProvisionedProduct.NotFound", 400, kProductNotFound},
    {"InvalidProvisionedProduct.NotFound", 404, kProductNotFound},
    {"InvalidPortfolio.NotFound", 400, kRejected},
    {"InvalidProductVersion.NotFound", 400, kRejected},
    // The gateway in front of both
    {"Throttling", 400, kThrottled},
    {"Throttling.User", 400, kThrottled},
    {"Throttling.Api", 429, kThrottled},
    {"Rejected.Throttling", 400, kThrottled},
    {"ServiceUnavailable", 503, kUnavailable},
    {"ServiceUnavailable", 400, kUnavailable},
    {"InvalidAccessKeyId.NotFound", 404, kCredentialsRejected},
    {"InvalidAccessKeyId.NotFound", 400, kCredentialsRejected},
    {"InvalidAccessKeyId.Inactive", 400, kCredentialsRejected},
    {"SignatureDoesNotMatch", 400, kCredentialsRejected},
    {"SignatureDoesNotMatch", 403, kCredentialsRejected},
    {"InvalidSecurityToken.Expired", 400, kCredentialsRejected},
    {"InvalidSecurityToken.MismatchWithAccessKey", 403, kCredentialsRejected},
    {"InvalidSecurityToken.Malformed", 403, kCredentialsRejected},
    {"MissingSecurityToken", 400, kCredentialsRejected},
    {"IncompleteSignature", 400, kMisconfigured},
    {"MissingAccessKeyId", 400, kMisconfigured},
    {"InvalidApi.NotFound", 404, kMisconfigured},
    {"InvalidProduct.NotFound", 404, kMisconfigured},
    {"InvalidProtocol.NeedSsl", 404, kMisconfigured},
    {"UnsupportedHTTPMethod", 400, kMisconfigured},
    {"UnsupportedHTTPMethod", 403, kMisconfigured},
    {"InvalidTimeStamp.Expired", 400, kClockSkew},
    {"InvalidTimeStamp.Format", 400, kClockSkew},
    {"SignatureNonceUsed", 400, kNonceUsed},
    {"Forbidden", 403, kPermissionDenied},
    {"Forbidden.RAM", 403, kPermissionDenied},
    {"Forbidden.AccessDenied", 403, kPermissionDenied},
    {"NoPermission", 403, kPermissionDenied},
    {"InvalidParameter", 400, kRejected},
    // No code, or an unknown one: the HTTP status decides
    {"", 0, kUnavailable},
    {"", 200, kBrokenReply},
    {"Whatever", 200, kRejected},
    {"", 302, kMisconfigured},
    {"", 400, kRejected},
    {"Whatever", 400, kRejected},
    {"", 401, kCredentialsRejected},
    {"", 403, kPermissionDenied},
    {"StatusForbidden", 403, kPermissionDenied},
    {"", 404, kRejected},
    {"", 429, kThrottled},
    {"Whatever", 429, kThrottled},
    {"", 500, kUnavailable},
    {"Whatever", 502, kUnavailable},
    {"", 503, kUnavailable},
    {"", 504, kUnavailable},
};

TEST(ErrorClassTest, TheCodeDecidesFirstAndTheHttpStatusSecond) {
  for (const Row& row : kRows) {
    EXPECT_EQ(ClassOf(row.code, row.http_status), row.meaning) << row.code << " " << row.http_status;
  }
}

TEST(ErrorClassTest, LetterCaseAndSurroundingSpaceDoNotCount) {
  for (const Row& row : kRows) {
    const std::string lower = " " + absl::AsciiStrToLower(row.code) + "\n";
    const std::string upper = absl::AsciiStrToUpper(row.code);
    EXPECT_EQ(ClassOf(lower, row.http_status), row.meaning) << lower << row.http_status;
    EXPECT_EQ(ClassOf(upper, row.http_status), row.meaning) << upper << row.http_status;
  }
}

}  // namespace
}  // namespace taskgateway::alibaba
