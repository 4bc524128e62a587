#include "tools/simulator/call.h"

#include <algorithm>

namespace taskgateway::simulator {
namespace {

constexpr std::string_view kTasksPath = "/api/v1/tasks/";
constexpr std::string_view kCancelOperation = "/operation/cancel";

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

void ReadParameters(std::string_view text, bool plus_is_space, Call& call) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    call.parameters.emplace_back(PercentDecode(pair.substr(0, equals), plus_is_space),
                                 PercentDecode(pair.substr(std::min(equals + 1, pair.size())), plus_is_space));
  }
}

// The two operations of Cloud Control are told by method and path; the action has to agree.
void ReadCloudControl(const core::HttpRequest& request, Call& call) {
  const std::string_view rest = std::string_view(request.path).substr(kTasksPath.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view id = rest.substr(0, slash);
  const std::string_view operation = rest.substr(slash);
  const bool get = request.method == "GET" && operation.empty() && call.action == "GetTask";
  const bool cancel = request.method == "PUT" && operation == kCancelOperation && call.action == "CancelTask";
  if (id.empty() || !(get || cancel)) return;
  call.api = Api::kCloudControl;
  call.subject = PercentDecode(id, false);
}

}  // namespace

std::string_view Call::Parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return {};
}

std::string PercentDecode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 && HexDigit(text[i + 2]) >= 0;
    if (escape) {
      decoded += static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      i += 2;
    } else {
      decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

Call ReadCall(const core::HttpRequest& request) {
  Call call;
  call.action = core::FindHeader(request.headers, "x-acs-action");
  const std::string_view version = core::FindHeader(request.headers, "x-acs-version");
  if (version == kCloudControlVersion && request.path.starts_with(kTasksPath)) {
    ReadCloudControl(request, call);
  } else if (version == kServiceCatalogVersion && request.path == "/" && request.method == "POST") {
    call.api = Api::kServiceCatalog;
    ReadParameters(request.query, false, call);
    ReadParameters(request.body, true, call);
    call.subject = call.Parameter("TaskId");
    if (call.subject.empty()) call.subject = call.Parameter("ProvisionedProductId");
  }
  return call;
}

}  // namespace taskgateway::simulator
