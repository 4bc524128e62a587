#include "tools/simulator/response_head.h"

#include <boost/beast/http/status.hpp>

#include "absl/strings/str_cat.h"

namespace taskgateway::simulator {
namespace {

// `Sun, 06 Nov 1994 08:49:37 GMT`, formatted once a second.
const std::string& HttpDate(absl::Time now) {
  thread_local std::int64_t second = -1;
  thread_local std::string text;
  if (absl::ToUnixSeconds(now) != second) {
    second = absl::ToUnixSeconds(now);
    text = absl::FormatTime("%a, %d %b %E4Y %H:%M:%S GMT", now, absl::UTCTimeZone());
  }
  return text;
}

}  // namespace

std::string ResponseHead(const Reply& reply, bool keep_alive, absl::Time now) {
  const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(reply.status));
  std::string head = absl::StrCat("HTTP/1.1 ", reply.status, " ", absl::string_view(reason.data(), reason.size()),
                                  "\r\nDate: ", HttpDate(now), "\r\nContent-Type: ", reply.content_type,
                                  "\r\nContent-Length: ", reply.body.size(),
                                  "\r\nConnection: ", keep_alive ? "keep-alive" : "close", "\r\n");
  for (const core::HttpHeader& header : reply.headers) absl::StrAppend(&head, header.name, ": ", header.value, "\r\n");
  head += "\r\n";
  return head;
}

}  // namespace taskgateway::simulator
