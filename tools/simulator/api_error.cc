#include "tools/simulator/api_error.h"

#include "absl/strings/str_cat.h"
#include "tools/simulator/json_text.h"

namespace taskgateway::simulator {
namespace {

absl::string_view Abseil(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

ApiError IncompleteSignature(std::string_view why) {
  return {400, "IncompleteSignature",
          absl::StrCat("The request signature does not conform to the signature standard: ", Abseil(why))};
}

ApiError SignatureDoesNotMatch(std::string_view string_to_sign) {
  return {400, "SignatureDoesNotMatch",
          absl::StrCat("Specified signature does not match our calculation. server StringToSign is [",
                       Abseil(string_to_sign), "]")};
}

ApiError ContentHashMismatch() {
  return {400, "SignatureDoesNotMatch", "x-acs-content-sha256 is not the SHA-256 of the request body."};
}

ApiError TimeStampFormat() {
  return {400, "InvalidTimeStamp.Format", "x-acs-date is not of the form yyyy-MM-ddTHH:mm:ssZ."};
}

ApiError TimeStampExpired() {
  return {400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."};
}

ApiError SignatureNonceUsed() { return {400, "SignatureNonceUsed", "Specified signature nonce was used already."}; }

ApiError AccessKeyNotFound() { return {404, "InvalidAccessKeyId.NotFound", "Specified access key is not found."}; }

ApiError MissingSecurityToken() {
  return {400, "MissingSecurityToken", "x-acs-security-token is mandatory for this access key."};
}

ApiError SecurityTokenMismatch() {
  return {400, "InvalidSecurityToken.MismatchWithAccessKey",
          "Specified SecurityToken does not match the AccessKey id."};
}

ApiError SecurityTokenExpired() { return {400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired."}; }

ApiError ApiNotFound() {
  return {404, "InvalidApi.NotFound", "Specified api is not found, please check your url and method."};
}

ApiError MissingParameter(std::string_view name) {
  return {400, absl::StrCat("Missing", Abseil(name)), absl::StrCat(Abseil(name), " is mandatory for this action.")};
}

ApiError InvalidParameter(std::string_view name) {
  return {400, "InvalidParameter", absl::StrCat("The value of ", Abseil(name), " is not valid.")};
}

ApiError TaskNotFound(Api api) {
  // Cloud Control documents HTTP 400; Service Catalog documents nothing, and its other not-found codes come with 404.
  if (api == Api::kCloudControl) {
    return {400, "InvalidTask.NotFound", "The specified task does not exist.", Envelope::kMixed};
  }
  return {404, "InvalidTask.NotFound", "The specified task does not exist."};
}

ApiError TaskNotCancellable() {
  return {400, "InvalidOperation.InvalidTaskStatus", "The task cannot be canceled.", Envelope::kMixed};
}

ApiError ProvisionedProductNotFound() {
  return {404, "InvalidProvisionedProduct.NotFound", "The specified provisioned product does not exist."};
}

std::string RenderError(const ApiError& error, std::string_view request_id, std::string_view host) {
  const std::string id = JsonString(request_id);
  const std::string code = JsonString(error.code);
  const std::string message = JsonString(error.message);
  switch (error.envelope) {
    case Envelope::kMixed:
      return absl::StrCat("{\"requestId\":", id, ",\"Code\":", code, ",\"Message\":", message, "}");
    case Envelope::kLower:
      return absl::StrCat("{\"requestId\":", id, ",\"code\":", code, ",\"message\":", message, "}");
    case Envelope::kXml:
      return absl::StrCat("<?xml version='1.0' encoding='UTF-8'?><Error><RequestId>", Abseil(request_id),
                          "</RequestId><HostId>", XmlText(host), "</HostId><Code>", XmlText(error.code),
                          "</Code><Message>", XmlText(error.message), "</Message></Error>");
    case Envelope::kGateway:
      break;
  }
  return absl::StrCat(
      "{\"RequestId\":", id, ",\"HostId\":", JsonString(host), ",\"Code\":", code, ",\"Message\":", message,
      ",\"Recommend\":",
      JsonString(absl::StrCat("https://api.aliyun.com/troubleshoot?q=", error.code, "&requestId=", Abseil(request_id))),
      "}");
}

std::string_view ContentTypeOf(Envelope envelope) {
  return envelope == Envelope::kXml ? "text/xml;charset=utf-8" : "application/json;charset=utf-8";
}

}  // namespace taskgateway::simulator
