#include "gateway/server/http_server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/server/network_address.h"

namespace taskgateway::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Tcp = asio::ip::tcp;

// An answer may block on the gateway's loop; a probe should not wait behind it.
constexpr int kThreads = 3;
constexpr int kMaxConnections = 64;
constexpr std::chrono::seconds kPatience(5);
constexpr std::chrono::milliseconds kPauseBehindError(100);
constexpr std::uint32_t kMaxHeaderBytes = 8192;

// Nothing of other origins runs, loads or frames the page, and nobody keeps what it showed.
constexpr char kPolicy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

std::string Text(beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

struct HttpServer::Core {
  explicit Core(std::vector<HttpRoute> all) : routes(std::move(all)) {}

  absl::Status Listen(const ListenAddress& address);
  void Accept();

  const std::vector<HttpRoute> routes;
  std::atomic<int> connections = 0;  // before io, whose last handlers own connections
  asio::io_context io{kThreads};
  Tcp::acceptor acceptor{io};
  asio::steady_timer pause{io};
  std::vector<std::thread> threads;
};

// One connection: reads a question's headers, answers, closes. On a strand of its own.
class HttpServer::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Core& core, Tcp::socket socket) : core_(core), stream_(std::move(socket)) {
    ++core_.connections;
    parser_.header_limit(kMaxHeaderBytes);
  }
  ~Session() { --core_.connections; }

  void Start() {
    stream_.expires_after(kPatience);
    http::async_read_header(stream_, buffer_, parser_,
                            [self = shared_from_this()](error_code error, std::size_t) { self->OnHeader(error); });
  }

 private:
  void OnHeader(error_code error) {
    if (error) {
      const bool spoke = error.category() == http::make_error_code(http::error::bad_method).category() &&
                         error != http::error::end_of_stream && error != http::error::partial_message;
      if (spoke) Send({.status = 400, .body = "That is not an HTTP request for this server.\n"}, false);
      return;
    }
    const http::request<http::empty_body>& request = parser_.get();
    const std::string target = Text(request.target());
    const std::size_t mark = std::min(target.find('?'), target.size());
    HttpQuestion question{.method = Text(request.method_string()),
                          .query = target.substr(std::min(mark + 1, target.size())),
                          .host = Text(request[http::field::host]),
                          .peer = {}};
    question.peer = Peer();
    const bool head = question.method == "HEAD";
    const auto route = std::ranges::find(core_.routes, target.substr(0, mark), &HttpRoute::path);
    if (route == core_.routes.end()) {
      return Send({.status = 404, .body = "There is no such page; / has links to those that there are.\n"}, head);
    }
    if (question.method != "GET" && !head && !(route->takes_put && question.method == "PUT")) {
      allow_ = route->takes_put ? "GET, HEAD, PUT" : "GET, HEAD";
      return Send({.status = 405, .body = "This page does not take that method.\n"}, head);
    }
    Send(route->answer(question), head);
  }

  std::string Peer() {
    error_code ignored;
    asio::ip::address address = stream_.socket().remote_endpoint(ignored).address();
    // On a socket of IPv6 a caller of IPv4 is `::ffff:127.0.0.1`.
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
      address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    return address.to_string();
  }

  void Send(HttpAnswer answer, bool head) {
    response_.result(answer.status);
    response_.keep_alive(false);
    response_.set(http::field::content_type, answer.content_type);
    response_.set(http::field::content_length, absl::StrCat(answer.body.size()));
    response_.set("Content-Security-Policy", kPolicy);
    response_.set("X-Content-Type-Options", "nosniff");
    response_.set("Referrer-Policy", "no-referrer");
    response_.set(http::field::cache_control, "no-store");
    if (!allow_.empty()) response_.set(http::field::allow, allow_);
    if (!head) response_.body() = std::move(answer.body);
    stream_.expires_after(kPatience);
    http::async_write(stream_, response_, [self = shared_from_this()](error_code, std::size_t) {
      error_code ignored;
      self->stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
    });
  }

  Core& core_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{2 * kMaxHeaderBytes};
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> response_;
  std::string allow_;
};

absl::Status HttpServer::Core::Listen(const ListenAddress& address) {
  std::string host = address.host;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  error_code error;
  const auto found = Tcp::resolver(io).resolve(host, absl::StrCat(address.port), Tcp::resolver::passive, error);
  if (!error && found.empty()) error = asio::error::host_not_found;
  if (!error) {
    const Tcp::endpoint endpoint = *found.begin();
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    // All addresses of IPv6 are all of IPv4 as well, whatever the machine's default is.
    if (!error && endpoint.protocol() == Tcp::v6()) acceptor.set_option(asio::ip::v6_only(false), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  }
  return error ? absl::UnavailableError(error.message()) : absl::OkStatus();
}

void HttpServer::Core::Accept() {
  acceptor.async_accept(asio::make_strand(io), [this](error_code error, Tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (error) {
      // Out of descriptors, as a rule: the next try would fail as fast.
      pause.expires_after(kPauseBehindError);
      return pause.async_wait([this](error_code) { Accept(); });
    }
    if (connections < kMaxConnections) std::make_shared<Session>(*this, std::move(socket))->Start();
    Accept();
  });
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address,
                                                              std::vector<HttpRoute> routes) {
  auto core = std::make_unique<Core>(std::move(routes));
  const absl::StatusOr<ListenAddress> parsed = ParseListenAddress(address);
  if (!parsed.ok() || !core->Listen(*parsed).ok()) {
    return absl::UnavailableError(absl::StrCat(
        "\"", address, "\" cannot be listened on; give an address of this machine and a port that is free"));
  }
  core->Accept();
  for (int i = 0; i < kThreads; ++i) core->threads.emplace_back([&io = core->io] { io.run(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(core)));
}

HttpServer::HttpServer(std::unique_ptr<Core> core) : core_(std::move(core)) {}

HttpServer::~HttpServer() {
  core_->io.stop();
  for (std::thread& thread : core_->threads) thread.join();
}

int HttpServer::port() const {
  error_code error;
  return core_->acceptor.local_endpoint(error).port();
}

}  // namespace taskgateway::server
