// Every failure that the simulated APIs answer with, and the shapes it takes on the wire.
#pragma once

#include <string>
#include <string_view>

#include "tools/simulator/api.h"

namespace taskgateway::simulator {

// The JSON (or XML) that an error comes in.
enum class Envelope {
  kGateway,  // {"RequestId","HostId","Code","Message","Recommend"}: the API gateway, and Service Catalog itself
  kMixed,    // {"requestId","Code","Message"}: Cloud Control itself, as its troubleshooting page prints it
  kLower,    // {"requestId","code","message"}: other products of the same style
  kXml,      // <Error>, which the gateway sends when nobody asked for JSON
};

struct ApiError {
  int status = 400;  // HTTP
  std::string code;
  std::string message;
  Envelope envelope = Envelope::kGateway;
};

// Of the gateway in front of both APIs.
ApiError IncompleteSignature(std::string_view why);
// The message carries the server's string to sign, as the vendor's does.
ApiError SignatureDoesNotMatch(std::string_view string_to_sign);
ApiError ContentHashMismatch();
ApiError TimeStampFormat();
ApiError TimeStampExpired();
ApiError SignatureNonceUsed();
ApiError AccessKeyNotFound();
ApiError MissingSecurityToken();
ApiError SecurityTokenMismatch();
ApiError SecurityTokenExpired();
ApiError ApiNotFound();
ApiError MissingParameter(std::string_view name);
ApiError InvalidParameter(std::string_view name);

// Of the services.
ApiError TaskNotFound(Api api);
ApiError TaskNotCancellable();
ApiError ProvisionedProductNotFound();

// The body of the error reply. `host` is the request's Host header.
std::string RenderError(const ApiError& error, std::string_view request_id, std::string_view host);
// Its media type.
std::string_view ContentTypeOf(Envelope envelope);

}  // namespace taskgateway::simulator
