// A loopback server that does on each connection what a test says, byte by byte.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gateway/base/mutex.h"
#include "gateway/upstream/http_client.h"

namespace taskgateway::upstream {

// A whole reply with a content-length.
std::string HttpReply(std::string_view body, std::string_view status = "200 OK", std::string_view more_headers = "");

class ScriptedServer {
 public:
  // One accepted connection, in a thread of its own.
  class Connection {
   public:
    // The next request: header section and body. Empty when the client has closed the connection, or broken it.
    std::string ReadRequest();
    // The next `size` bytes, or fewer before the end.
    std::string Read(std::size_t size);
    void Send(std::string_view bytes);
    // Waits until the client closes the connection.
    void AwaitClose();
    // Closes it with RST when the script returns.
    void Reset();

    // Counted from 1.
    int number() const { return number_; }
    // TLS only: whether it continues an earlier session; the protocol that both sides chose by ALPN.
    bool resumed() const { return SSL_session_reused(tls_) == 1; }
    std::string alpn() const;

   private:
    friend class ScriptedServer;
    Connection(ScriptedServer& server, int socket, int number) : server_(server), socket_(socket), number_(number) {}
    bool Fill();

    ScriptedServer& server_;
    const int socket_;
    const int number_;
    SSL* tls_ = nullptr;
    std::string unread_;
  };
  // Returns to close the connection.
  using Script = std::function<void(Connection&)>;

  // Speaks TLS when `tls` is given, with what it has been set up with. `on_event` is called, on any thread, after a
  // request has been read and after a script has ended.
  explicit ScriptedServer(
      Script script, std::function<void()> on_event = [] {}, SSL_CTX* tls = nullptr);
  // Closes all connections and waits for their scripts.
  ~ScriptedServer();

  // Answers every request on every connection.
  static Script Always(std::string reply);

  // `127.0.0.1:port`.
  std::string host() const;
  Endpoint endpoint() const;
  int connections() const;
  // What ReadRequest has returned, in order.
  std::vector<std::string> requests() const;

 private:
  void Accept();
  void Serve(Connection& connection);

  const Script script_;
  const std::function<void()> on_event_;
  SSL_CTX* const tls_;
  int listener_;
  int port_;
  mutable base::Mutex mutex_;
  bool stopping_ = false;              // guarded by mutex_
  std::vector<int> open_;              // guarded by mutex_
  std::vector<std::string> requests_;  // guarded by mutex_
  std::atomic<int> connections_ = 0;
  std::list<std::thread> threads_;  // of the accepting thread until it has ended
  std::thread accepting_;
};

}  // namespace taskgateway::upstream
