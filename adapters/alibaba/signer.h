// ACS3-HMAC-SHA256, the signature of Alibaba Cloud's APIs in both styles.
//
// Source: "Request syntax and signature method V3"
// (alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature), and requests captured from the
// official clients (testdata/signature_vectors.json).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/core/http_message.h"
#include "adapters/core/secret.h"
#include "adapters/task_adapter.h"

namespace taskgateway::alibaba {

// RFC 3986 encoding: `A-Za-z0-9-_.~` stay, every other byte becomes `%XX` with upper-case digits.
std::string PercentEncode(std::string_view text);

// `key=value` pairs sorted by key, each side encoded, joined by `&`: the query, as it is signed and as it is sent.
std::string CanonicalQuery(std::vector<std::pair<std::string, std::string>> parameters);

// A wire query in any encoding (`+` is a plus sign, as the SDKs mean it) brought to the canonical one: what a server
// signs.
std::string CanonicalizeQuery(std::string_view wire_query);

// A wire path in any encoding brought to the canonical one, segment by segment: an escaped slash stays escaped.
std::string CanonicalizePath(std::string_view wire_path);

// The headers that a request signs: `host`, `content-type` when sent, and every `x-acs-*`; names joined by `;` in byte
// order.
std::string SignedHeaders(const core::HttpRequest& request);

// The canonical request over path and query as they stand in `request` (they are canonical already), and over exactly
// the headers that `signed_headers` names. `body_hash` is Sha256Hex of the body.
std::string CanonicalRequest(const core::HttpRequest& request, std::string_view signed_headers,
                             std::string_view body_hash);

// `ACS3-HMAC-SHA256`, line feed, lower-case hexadecimal SHA-256 of the canonical request.
std::string StringToSign(std::string_view canonical_request);

// The value of the Authorization header.
std::string Authorization(std::string_view string_to_sign, std::string_view signed_headers,
                          const core::Credentials& credentials);

// Lower-case hexadecimal SHA-256.
std::string Sha256Hex(std::string_view bytes);

// Adds x-acs-date, x-acs-signature-nonce, x-acs-content-sha256, for temporary keys x-acs-security-token, and
// authorization. The request has its x-acs-action and x-acs-version already, and none of the headers that are added
// here.
void Sign(core::HttpRequest& request, const core::Credentials& credentials, const SigningContext& context);

}  // namespace taskgateway::alibaba
