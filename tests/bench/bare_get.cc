// The least that an HTTP client can do: one thread, one libcurl multi handle, kept connections, easy handles used
// again. It asks the simulator for one task over and over, with the very headers that the gateway sends; they are
// signed before they are needed, and that does not count.
//
//   bare_get HOST:PORT TASK_ID OUTSTANDING
//
// For each line on standard input, a number of milliseconds, it runs that long, ends what is outstanding, and answers a
// line: requests, failed ones, nanoseconds of CPU time spent on signing.
#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "tests/bench/signed_headers.h"

namespace taskgateway::bench {
namespace {

struct Transfer {
  CURL* easy = curl_easy_init();
  Headers headers;
  std::string body;
};

class BareGet {
 public:
  BareGet(const std::string& host, const std::string& task_id, std::size_t outstanding)
      : signer_("bare-get", host, task_id), url_(signer_.url()), transfers_(outstanding) {
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(outstanding));
    for (Transfer& transfer : transfers_) {
      curl_easy_setopt(transfer.easy, CURLOPT_URL, url_.c_str());
      curl_easy_setopt(transfer.easy, CURLOPT_PRIVATE, &transfer);
      curl_easy_setopt(transfer.easy, CURLOPT_NOSIGNAL, 1L);
      curl_easy_setopt(transfer.easy, CURLOPT_WRITEDATA, &transfer);
      curl_easy_setopt(
          transfer.easy, CURLOPT_WRITEFUNCTION, +[](char* bytes, std::size_t, std::size_t size, void* self) {
            static_cast<Transfer*>(self)->body.append(bytes, size);
            return size;
          });
    }
  }

  // Answers what the line on standard output is made of.
  std::string Run(std::chrono::milliseconds time) {
    calls_ = failed_ = 0;
    const std::int64_t signing = signer_.cpu_nanoseconds();
    const auto end = std::chrono::steady_clock::now() + time;
    for (Transfer& transfer : transfers_) Send(transfer);
    for (std::size_t left = transfers_.size(); left > 0;) {
      int running;
      curl_multi_perform(multi_, &running);
      const bool over = std::chrono::steady_clock::now() >= end;
      bool sent = false;
      int queued;
      while (const CURLMsg* message = curl_multi_info_read(multi_, &queued)) {
        Transfer& transfer = Receive(*message);
        if (over) {
          --left;
        } else {
          Send(transfer);
          sent = true;
        }
      }
      // libcurl writes what was added when it is called next; until then there is no need to wait.
      if (!sent && left > 0) curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
    return absl::StrFormat("%d %d %d", calls_, failed_, signer_.cpu_nanoseconds() - signing);
  }

 private:
  void Send(Transfer& transfer) {
    transfer.headers = signer_.Next(std::move(transfer.headers));
    transfer.body.clear();
    curl_easy_setopt(transfer.easy, CURLOPT_HTTPHEADER, transfer.headers.get());
    curl_multi_add_handle(multi_, transfer.easy);
  }

  Transfer& Receive(const CURLMsg& message) {
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message.easy_handle, CURLINFO_PRIVATE, &transfer);
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    ++calls_;
    if (message.data.result != CURLE_OK || status != 200) ++failed_;
    curl_multi_remove_handle(multi_, transfer->easy);
    return *transfer;
  }

  SignedHeaders signer_;
  const std::string url_;
  CURLM* const multi_ = curl_multi_init();
  std::vector<Transfer> transfers_;
  std::int64_t calls_ = 0;
  std::int64_t failed_ = 0;
};

}  // namespace
}  // namespace taskgateway::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: bare_get HOST:PORT TASK_ID OUTSTANDING\n";
    return 64;
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  // Ended by the end of its input; the process's end frees what it holds.
  auto& get = *new taskgateway::bench::BareGet(argv[1], argv[2], static_cast<std::size_t>(std::atoi(argv[3])));
  for (int milliseconds; std::cin >> milliseconds;) {
    std::cout << get.Run(std::chrono::milliseconds(milliseconds)) << std::endl;
  }
}
