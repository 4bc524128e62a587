#include "tools/simulator/wire_request.h"

#include "absl/strings/ascii.h"
#include "adapters/alibaba/signer.h"

namespace taskgateway::simulator {
namespace {

std::string ToString(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

core::HttpRequest ToHttpRequest(WireRequest& wire) {
  core::HttpRequest request;
  request.method = ToString(wire.method_string());
  const std::string_view target(wire.target().data(), wire.target().size());
  const std::size_t mark = target.find('?');
  request.path = alibaba::CanonicalizePath(target.substr(0, mark));
  if (mark != std::string_view::npos) request.query = alibaba::CanonicalizeQuery(target.substr(mark + 1));
  request.headers.reserve(16);
  for (const auto& field : wire) {
    if (field.name() == boost::beast::http::field::host) {
      request.host = ToString(field.value());
      continue;
    }
    core::HttpHeader& header = request.headers.emplace_back();
    header.name = ToString(field.name_string());
    absl::AsciiStrToLower(&header.name);
    header.value = ToString(field.value());
  }
  request.body = std::move(wire.body());
  return request;
}

}  // namespace taskgateway::simulator
