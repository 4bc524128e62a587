// A request to an HTTP server of ours.
#pragma once

#include <curl/curl.h>

#include <string>

namespace taskgateway::support {

struct HttpGot {
  long status = 0;  // 0: there was no answer
  std::string headers;
  std::string body;
};

// One request over a connection of its own. `host` stands in for the Host header's own value.
inline HttpGot HttpGet(const std::string& url, const std::string& method = "GET", const std::string& host = "") {
  HttpGot got;
  CURL* handle = curl_easy_init();
  const auto append = +[](char* data, std::size_t size, std::size_t count, void* text) {
    static_cast<std::string*>(text)->append(data, size * count);
    return size * count;
  };
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(handle, CURLOPT_NOBODY, method == "HEAD" ? 1L : 0L);
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &got.body);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, append);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &got.headers);
  curl_slist* headers = host.empty() ? nullptr : curl_slist_append(nullptr, ("Host: " + host).c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  if (curl_easy_perform(handle) == CURLE_OK) curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &got.status);
  curl_slist_free_all(headers);
  curl_easy_cleanup(handle);
  return got;
}

}  // namespace taskgateway::support
