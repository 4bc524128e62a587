// One request and its reply on one libcurl easy handle.
#pragma once

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/core/http_message.h"
#include "gateway/upstream/http_client.h"

namespace taskgateway::upstream {

// What a transfer that libcurl ended with `code` is to the gateway. `sent`: the request may have reached the upstream.
// `replied`: a status line has arrived.
TransferError ClassifyTransfer(CURLcode code, bool sent, bool replied);

// An easy handle with what libcurl borrows while it sends a request. Used again and again: the handle, its options and
// its buffers stay. Belongs to one thread.
class CurlExchange {
 public:
  // `sessions` keeps TLS sessions and outlives the exchange; `owner` comes back as CURLINFO_PRIVATE.
  CurlExchange(CURLSH* sessions, std::string user_agent, void* owner);
  ~CurlExchange();
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  // Makes easy() ready to send `request`, which WhyUnsendable has nothing against.
  void Prepare(const Endpoint& endpoint, core::HttpRequest request, const TransferLimits& limits);
  // The result, once libcurl has ended the transfer with `code`.
  TransferResult Finish(CURLcode code);
  // The result when the transfer is ended because it took longer than `patience`.
  TransferResult GiveUp(absl::Duration patience);
  // Frees request and reply; libcurl is done with both.
  void Drop();

  CURL* easy() const { return easy_; }
  // Bytes of the reply's body that have arrived, as on the wire.
  std::int64_t received_bytes() const;

 private:
  static constexpr absl::Duration kNotSet = -absl::InfiniteDuration();

  void Configure(const Endpoint& endpoint);
  void SetHeaders();
  bool Posts() const;
  void SetMethodAndBody();
  void AddHeaderLine(std::string_view name, std::string_view separator, std::string_view value);
  bool OnHeaderLine(std::string_view line);
  bool OnBody(std::string_view bytes);
  int OnSend();
  bool Refuse(TransferError error, std::string_view detail);

  CURL* const easy_;
  CURLU* const parsed_url_;  // url_
  const std::string user_agent_;
  void* const owner_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};

  // What the handle is configured for.
  std::string url_;
  std::string ca_file_;
  absl::Duration connect_timeout_ = kNotSet;
  std::size_t max_body_bytes_ = 0;

  // The request.
  core::HttpRequest request_;
  std::string target_;
  std::string header_text_;               // NUL-terminated lines
  std::vector<curl_slist> header_lines_;  // point into header_text_

  // The reply.
  core::HttpResponse response_;
  std::size_t header_bytes_ = 0;
  bool in_header_ = false;
  bool sent_ = false;
  bool replied_ = false;
  TransferError refusal_ = TransferError::kNone;  // why a callback of ours ended the transfer
  std::string refusal_detail_;
};

}  // namespace taskgateway::upstream
