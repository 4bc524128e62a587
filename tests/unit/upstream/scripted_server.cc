#include "tests/unit/upstream/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace taskgateway::upstream {
namespace {

std::size_t ContentLength(std::string header) {
  absl::AsciiStrToLower(&header);
  const std::size_t begin = header.find("\r\ncontent-length:");
  if (begin == std::string::npos) return 0;
  return std::strtoul(header.c_str() + begin + 17, nullptr, 10);
}

}  // namespace

std::string HttpReply(std::string_view body, std::string_view status, std::string_view more_headers) {
  std::string reply = "HTTP/1.1 ";
  reply.append(status).append("\r\ncontent-length: ").append(std::to_string(body.size())).append("\r\n");
  return reply.append(more_headers).append("\r\n").append(body);
}

std::string ScriptedServer::Connection::ReadRequest() {
  std::size_t end;
  while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return "";
  }
  const std::size_t size = end + 4 + ContentLength(unread_.substr(0, end + 2));
  std::string request = Read(size);
  if (request.size() < size) return "";
  {
    base::MutexLock lock(server_.mutex_);
    server_.requests_.push_back(request);
  }
  server_.on_event_();
  return request;
}

std::string ScriptedServer::Connection::Read(std::size_t size) {
  while (unread_.size() < size && Fill()) {
  }
  std::string bytes = unread_.substr(0, size);
  unread_.erase(0, bytes.size());
  return bytes;
}

bool ScriptedServer::Connection::Fill() {
  char bytes[16384];
  const ssize_t size = tls_ != nullptr ? SSL_read(tls_, bytes, sizeof bytes) : recv(socket_, bytes, sizeof bytes, 0);
  if (size <= 0) return false;
  unread_.append(bytes, static_cast<std::size_t>(size));
  return true;
}

void ScriptedServer::Connection::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = tls_ != nullptr ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                                         : send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return;  // the client is gone
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

void ScriptedServer::Connection::AwaitClose() {
  while (Fill()) unread_.clear();
}

void ScriptedServer::Connection::Reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::string ScriptedServer::Connection::alpn() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(tls_, &name, &size);
  return std::string(reinterpret_cast<const char*>(name), size);
}

ScriptedServer::ScriptedServer(Script script, std::function<void()> on_event, SSL_CTX* tls)
    : script_(std::move(script)), on_event_(std::move(on_event)), tls_(tls) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 512) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { Accept(); });
}

ScriptedServer::~ScriptedServer() {
  {
    base::MutexLock lock(mutex_);
    stopping_ = true;
    for (const int socket : open_) shutdown(socket, SHUT_RDWR);
  }
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
}

ScriptedServer::Script ScriptedServer::Always(std::string reply) {
  return [reply = std::move(reply)](Connection& connection) {
    while (!connection.ReadRequest().empty()) connection.Send(reply);
  };
}

void ScriptedServer::Accept() {
  // SSL_write has no MSG_NOSIGNAL. Only in the server's threads: the client must do without.
  sigset_t sigpipe;
  sigemptyset(&sigpipe);
  sigaddset(&sigpipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &sigpipe, nullptr);
  for (;;) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    {
      base::MutexLock lock(mutex_);
      if (stopping_) {
        close(socket);
        return;
      }
      open_.push_back(socket);
    }
    threads_.emplace_back([this, socket, number = ++connections_] {
      Connection connection(*this, socket, number);
      Serve(connection);
      {
        base::MutexLock lock(mutex_);
        open_.erase(std::find(open_.begin(), open_.end(), socket));
        close(socket);
      }
      on_event_();
    });
  }
}

void ScriptedServer::Serve(Connection& connection) {
  if (tls_ == nullptr) return script_(connection);
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(tls_), &SSL_free);
  SSL_set_fd(tls.get(), connection.socket_);
  if (SSL_accept(tls.get()) != 1) return;
  connection.tls_ = tls.get();
  script_(connection);
  SSL_shutdown(tls.get());
}

std::string ScriptedServer::host() const { return absl::StrCat("127.0.0.1:", port_); }

Endpoint ScriptedServer::endpoint() const {
  return {.url = absl::StrCat(tls_ != nullptr ? "https://" : "http://", host()), .host = host(), .ca_file = ""};
}

int ScriptedServer::connections() const { return connections_; }

std::vector<std::string> ScriptedServer::requests() const {
  base::MutexLock lock(mutex_);
  return requests_;
}

}  // namespace taskgateway::upstream
