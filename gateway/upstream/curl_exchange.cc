#include "gateway/upstream/curl_exchange.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "adapters/core/secret.h"
#include "adapters/core/trimmed.h"

namespace taskgateway::upstream {
namespace {

// Of all header sections of a reply together, interim replies and trailers included: a bound against a hostile reply,
// an ordinary one has some hundred bytes.
constexpr std::size_t kMaxHeaderBytes = std::size_t{64} << 10;
// How long the parsed authorities may be used before they are read again. Reading the system's file takes OpenSSL 3.0
// 22 ms, on the loop.
constexpr long kAuthoritiesCacheSeconds = 600;

// What replies may be compressed with.
constexpr char kEncoding[] = "gzip";

// An option that libcurl does not take is a rule that it would not follow.
template <typename T>
void Set(CURL* easy, CURLoption option, T value) {
  if (curl_easy_setopt(easy, option, value) != CURLE_OK) std::abort();
}

// At least 1: libcurl takes 0 for its own default.
long ToMilliseconds(absl::Duration duration) {
  return static_cast<long>(std::clamp<std::int64_t>(absl::ToInt64Milliseconds(duration), 1, 1'000'000'000));
}

}  // namespace

TransferError ClassifyTransfer(CURLcode code, bool sent, bool replied) {
  switch (code) {
    case CURLE_OK:
      return TransferError::kNone;
    case CURLE_OPERATION_TIMEDOUT:
      return TransferError::kTimeout;
    case CURLE_FILESIZE_EXCEEDED:
      return TransferError::kTooLarge;
    case CURLE_UNSUPPORTED_PROTOCOL:  // of the reply when the request was sent, else of the URL
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_PARTIAL_FILE:
      return sent ? TransferError::kBrokenReply : TransferError::kUnreachable;
    default:
      return replied ? TransferError::kBrokenReply : TransferError::kUnreachable;
  }
}

CurlExchange::CurlExchange(CURLSH* sessions, std::string user_agent, void* owner)
    : easy_(curl_easy_init()), parsed_url_(curl_url()), user_agent_(std::move(user_agent)), owner_(owner) {
  if (easy_ == nullptr || parsed_url_ == nullptr) std::abort();
  Set(easy_, CURLOPT_SHARE, sessions);
}

CurlExchange::~CurlExchange() {
  curl_easy_cleanup(easy_);
  curl_url_cleanup(parsed_url_);
}

void CurlExchange::Prepare(const Endpoint& endpoint, core::HttpRequest request, const TransferLimits& limits) {
  if (endpoint.url != url_ || endpoint.ca_file != ca_file_) Configure(endpoint);
  request_ = std::move(request);
  response_.headers.reserve(16);
  header_bytes_ = 0;
  in_header_ = sent_ = replied_ = false;
  refusal_ = TransferError::kNone;
  error_text_[0] = '\0';

  target_ = request_.path;
  if (!request_.query.empty()) {
    target_ += '?';
    target_ += request_.query;
  }
  // Sent as it is. The path of a URL would be tidied up (unless CURLOPT_PATH_AS_IS), and end at a '#'.
  Set(easy_, CURLOPT_REQUEST_TARGET, target_.c_str());
  SetMethodAndBody();
  SetHeaders();
  if (limits.connect_timeout != connect_timeout_) {
    connect_timeout_ = limits.connect_timeout;
    Set(easy_, CURLOPT_CONNECTTIMEOUT_MS, ToMilliseconds(connect_timeout_));
  }
  if (limits.max_body_bytes != max_body_bytes_) {
    max_body_bytes_ = limits.max_body_bytes;
    // Refuses by Content-Length, before the body; OnBody counts what is decoded.
    Set(easy_, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(max_body_bytes_));
  }
}

// Everything that does not differ between two requests to one endpoint.
void CurlExchange::Configure(const Endpoint& endpoint) {
  // libcurl's default authorities come back only this way. Connections and sessions stay.
  curl_easy_reset(easy_);
  connect_timeout_ = kNotSet;
  max_body_bytes_ = 0;
  url_ = endpoint.url;
  ca_file_ = endpoint.ca_file;
  const bool cleartext = url_.starts_with("http://");
  Set(easy_, CURLOPT_PRIVATE, owner_);
  Set(easy_, CURLOPT_ERRORBUFFER, error_text_.data());

  // Parsed once: libcurl would parse a CURLOPT_URL for each request. One that it cannot parse is none.
  const bool parsed = curl_url_set(parsed_url_, CURLUPART_URL, url_.c_str(), 0) == CURLUE_OK;
  Set<CURLU*>(easy_, CURLOPT_CURLU, parsed ? parsed_url_ : nullptr);
  Set(easy_, CURLOPT_PROTOCOLS_STR, cleartext ? "http" : "https");
  Set(easy_, CURLOPT_FOLLOWLOCATION, 0L);
  // No proxy, whatever the environment says: signed requests go nowhere but to the configured endpoint.
  Set(easy_, CURLOPT_NOPROXY, "*");
  // libcurl 7.88's HTTP/2 over cleartext fails on reused connections. No CURLOPT_PIPEWAIT: it would open connections
  // one after the other to an upstream that speaks HTTP/1.1 only.
  Set(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(cleartext ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));

  Set(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  Set(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  Set(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!ca_file_.empty()) Set(easy_, CURLOPT_CAINFO, ca_file_.c_str());
  const char* authorities = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_CAINFO, &authorities);
  // The default folder would add the system's authorities to ca_file, and keep libcurl from caching what it has parsed.
  if (!ca_file_.empty() || authorities != nullptr) Set<const char*>(easy_, CURLOPT_CAPATH, nullptr);
  Set(easy_, CURLOPT_CA_CACHE_TIMEOUT, kAuthoritiesCacheSeconds);

  Set(easy_, CURLOPT_NOSIGNAL, 1L);
  // Else removing the handle during a DNS look-up waits for the resolver.
  Set(easy_, CURLOPT_QUICK_EXIT, 1L);
  Set(easy_, CURLOPT_TCP_NODELAY, 1L);
  Set(easy_, CURLOPT_TCP_KEEPALIVE, 1L);

  // That libcurl undoes it. SetHeaders asks for it.
  Set(easy_, CURLOPT_ACCEPT_ENCODING, kEncoding);

  Set(easy_, CURLOPT_PREREQDATA, this);
  Set(
      easy_, CURLOPT_PREREQFUNCTION,
      +[](void* self, char*, char*, int, int) { return static_cast<CurlExchange*>(self)->OnSend(); });
  Set(easy_, CURLOPT_HEADERDATA, this);
  Set(
      easy_, CURLOPT_HEADERFUNCTION, +[](char* line, std::size_t, std::size_t size, void* self) {
        return static_cast<CurlExchange*>(self)->OnHeaderLine({line, size}) ? size : std::size_t{CURL_WRITEFUNC_ERROR};
      });
  Set(easy_, CURLOPT_WRITEDATA, this);
  Set(
      easy_, CURLOPT_WRITEFUNCTION, +[](char* bytes, std::size_t, std::size_t size, void* self) {
        return static_cast<CurlExchange*>(self)->OnBody({bytes, size}) ? size : std::size_t{CURL_WRITEFUNC_ERROR};
      });
}

// libcurl's word for a request that may have a body.
bool CurlExchange::Posts() const {
  return !request_.body.empty() || (request_.method != "GET" && request_.method != "DELETE");
}

void CurlExchange::SetMethodAndBody() {
  if (!Posts()) {
    Set(easy_, CURLOPT_HTTPGET, 1L);
  } else {
    // The other methods say `content-length: 0` when there is no body.
    Set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    Set(easy_, CURLOPT_POSTFIELDS, request_.body.c_str());
  }
  Set(easy_, CURLOPT_CUSTOMREQUEST, request_.method == "GET" ? nullptr : request_.method.c_str());
}

void CurlExchange::SetHeaders() {
  bool has_accept = false;
  bool has_content_type = false;
  bool has_user_agent = false;
  std::size_t size = request_.host.size() + user_agent_.size() + 128;
  for (const core::HttpHeader& header : request_.headers) {
    size += header.name.size() + header.value.size() + 3;
    has_accept |= header.name == "accept";
    has_content_type |= header.name == "content-type";
    has_user_agent |= header.name == "user-agent";
  }
  header_text_.clear();
  header_text_.reserve(size);  // the lines point into it
  header_lines_.clear();
  AddHeaderLine("host", ": ", request_.host);
  for (const core::HttpHeader& header : request_.headers) {
    // libcurl's way to say that a header is sent though it is empty.
    const bool empty = core::Trimmed(header.value).empty();
    AddHeaderLine(header.name, empty ? ";" : ": ", empty ? std::string_view() : header.value);
  }
  // Lines like any other: libcurl would format its own first, and then copy them, a byte at a time.
  if (!has_user_agent) AddHeaderLine("User-Agent", ": ", user_agent_);
  AddHeaderLine("Accept-Encoding", ": ", kEncoding);
  // libcurl's way to say that it adds none of its own.
  if (!has_accept) AddHeaderLine("accept", ":", "");
  if (Posts()) {
    AddHeaderLine("expect", ":", "");
    if (!has_content_type) AddHeaderLine("content-type", ":", "");
  }
  for (std::size_t i = 1; i < header_lines_.size(); ++i) header_lines_[i - 1].next = &header_lines_[i];
  Set(easy_, CURLOPT_HTTPHEADER, header_lines_.data());
}

void CurlExchange::AddHeaderLine(std::string_view name, std::string_view separator, std::string_view value) {
  char* to = header_text_.data() + header_text_.size();
  header_lines_.push_back({.data = to, .next = nullptr});
  header_text_.resize(header_text_.size() + name.size() + separator.size() + value.size() + 1);
  for (const std::string_view part : {name, separator, value}) to += part.copy(to, part.size());
  *to = '\0';
}

// libcurl has a connection and is about to send. It comes back here when a connection that was kept alive turns out
// dead, to send the same bytes again. They carry the same nonce, which an upstream takes once, and may have taken
// effect: attempting again, signed anew, is the retry policy's.
int CurlExchange::OnSend() {
  if (sent_) {
    Refuse(TransferError::kUnreachable, "the connection broke before a reply");
    return CURL_PREREQFUNC_ABORT;
  }
  sent_ = true;
  return CURL_PREREQFUNC_OK;
}

// Called with each line, its end included, of every header section: interim replies, the reply, trailers.
bool CurlExchange::OnHeaderLine(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    return Refuse(TransferError::kBrokenReply, absl::StrCat("the reply's header is over ", kMaxHeaderBytes, " bytes"));
  }
  if (!in_header_ && line.starts_with("HTTP/")) {
    in_header_ = replied_ = true;
    response_.headers.clear();
    return true;
  }
  const std::string_view text = core::Trimmed(line);
  if (text.empty()) {
    in_header_ = false;
    return true;
  }
  const std::size_t colon = line.find(':');
  if (line.front() == ' ' || line.front() == '\t') {
    // A folded line continues the header before it (RFC 9112, 5.2).
    if (!response_.headers.empty()) response_.headers.back().value.append(1, ' ').append(text);
  } else if (colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    absl::AsciiStrToLower(&name);
    response_.headers.push_back({std::move(name), std::string(core::Trimmed(line.substr(colon + 1)))});
  }
  return true;
}

bool CurlExchange::OnBody(std::string_view bytes) {
  std::string& body = response_.body;
  if (bytes.size() > max_body_bytes_ - body.size()) {
    return Refuse(TransferError::kTooLarge, absl::StrCat("the reply is over ", max_body_bytes_, " bytes"));
  }
  if (body.empty()) {
    curl_off_t announced = -1;
    curl_easy_getinfo(easy_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (announced > 0) body.reserve(std::min(static_cast<std::size_t>(announced), max_body_bytes_));
  }
  body.append(bytes);
  return true;
}

bool CurlExchange::Refuse(TransferError error, std::string_view detail) {
  refusal_ = error;
  refusal_detail_ = detail;
  return false;
}

TransferResult CurlExchange::Finish(CURLcode code) {
  TransferResult result;
  if (refusal_ != TransferError::kNone) {
    result.error = refusal_;
    result.detail = refusal_detail_;
  } else if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    result.response = std::move(response_);
  } else {
    result.error = ClassifyTransfer(code, sent_, replied_);
    result.detail = error_text_[0] != '\0' ? error_text_.data() : curl_easy_strerror(code);
  }
  result.surely_not_sent = !sent_;
  return result;
}

TransferResult CurlExchange::GiveUp(absl::Duration patience) {
  TransferResult result;
  result.error = TransferError::kTimeout;
  result.detail =
      absl::StrCat("no whole reply within ", absl::FormatDuration(absl::Trunc(patience, absl::Milliseconds(1))));
  result.surely_not_sent = !sent_;
  return result;
}

void CurlExchange::Drop() {
  // They hold the signature and, for temporary keys, the security token.
  core::Wipe(&header_text_);
  for (core::HttpHeader& header : request_.headers) core::Wipe(&header.value);
  request_ = {};
  response_ = {};
}

std::int64_t CurlExchange::received_bytes() const {
  curl_off_t bytes = 0;
  curl_easy_getinfo(easy_, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
  return bytes;
}

}  // namespace taskgateway::upstream
