#include "tools/simulator/session.h"

#include <algorithm>
#include <array>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "tools/simulator/control_api.h"
#include "tools/simulator/response_head.h"
#include "tools/simulator/wire_request.h"

namespace taskgateway::simulator {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using TlsStream = asio::ssl::stream<tcp::socket>;

// Largest request that is read; control bodies are the large ones.
constexpr std::uint64_t kMaxRequestBytes = 8 << 20;
constexpr std::uint32_t kMaxHeaderBytes = 64 << 10;
// Bodies with generated parts are made and sent in pieces of this size; other connections get their turn in between.
constexpr std::size_t kPieceBytes = 128 << 10;

template <typename Stream>
class Session : public std::enable_shared_from_this<Session<Stream>> {
 public:
  Session(Stream stream, Cloud& cloud) : stream_(std::move(stream)), timer_(stream_.get_executor()), cloud_(cloud) {}

  void Start() {
    error_code ignored;
    Socket().set_option(tcp::no_delay(true), ignored);
    if constexpr (kTls) {
      stream_.async_handshake(asio::ssl::stream_base::server, [self = this->shared_from_this()](error_code error) {
        if (!error) self->Read();
      });
    } else {
      Read();
    }
  }

 private:
  static constexpr bool kTls = std::is_same_v<Stream, TlsStream>;

  tcp::socket& Socket() {
    if constexpr (kTls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  void Read() {
    parser_.emplace();
    parser_->body_limit(kMaxRequestBytes);
    parser_->header_limit(kMaxHeaderBytes);
    http::async_read(stream_, buffer_, *parser_, [self = this->shared_from_this()](error_code error, std::size_t) {
      if (!error) {
        self->Serve();
      } else if (error.category() == http::make_error_code(http::error::bad_method).category() &&
                 error != http::error::end_of_stream && error != http::error::partial_message) {
        self->RefuseRequest();
      }
    });
  }

  void Serve() {
    keep_alive_ = parser_->get().keep_alive();
    const core::HttpRequest request = ToHttpRequest(parser_->get());
    if (!kTls && request.path.starts_with(kControlPath)) {
      reply_ = Control(request, cloud_);
    } else {
      reply_ = cloud_.Serve(request, kTls);
    }
    Delay();
  }

  void RefuseRequest() {
    keep_alive_ = false;
    reply_ = Reply{.status = 400, .content_type = "text/plain", .body = Body("not an HTTP/1.1 request")};
    Send();
  }

  void Delay() {
    if (reply_.delivery.hang) return WatchClient();
    if (reply_.delivery.delay <= absl::ZeroDuration()) return Send();
    WatchClient();
    timer_.expires_after(absl::ToChronoNanoseconds(reply_.delivery.delay));
    timer_.async_wait([self = this->shared_from_this()](error_code error) {
      if (error) return;
      error_code ignored;
      self->Socket().cancel(ignored);
      self->Send();
    });
  }

  // Notices that the client gives up while it waits. Over TLS anything that arrives now is taken for its farewell.
  void WatchClient() {
    Socket().async_wait(tcp::socket::wait_read, [self = this->shared_from_this()](error_code error) {
      if (error) return;
      char byte = 0;
      const std::size_t waiting = self->Socket().receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
      if (kTls || error || waiting == 0) self->ClosedByClient();
    });
  }

  void ClosedByClient() {
    cloud_.ledger().ClosedByClient(reply_.sequence, cloud_.clock().Now());
    timer_.cancel();
    error_code ignored;
    Socket().close(ignored);
  }

  void Send() {
    if (reply_.delivery.reset == Delivery::Reset::kBeforeHeaders) return ResetConnection();
    head_ = ResponseHead(reply_, keep_alive_, cloud_.clock().Now());
    if (reply_.delivery.reset == Delivery::Reset::kAfterHeaders) {
      return Write(asio::buffer(head_), &Session::ResetConnection);
    }
    left_ = std::min(reply_.body.size(), reply_.delivery.truncate_at.value_or(reply_.body.size()));
    if (reply_.body.plain() && left_ == reply_.body.size() && reply_.delivery.bytes_per_second == 0) {
      const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head_), asio::buffer(reply_.body.text())};
      return Write(buffers, &Session::Finish);
    }
    reader_.emplace(reply_.body);
    pending_.clear();
    Write(asio::buffer(head_), &Session::SendPiece);
  }

  void SendPiece() {
    if (left_ == 0) return Finish();
    const std::uint64_t rate = reply_.delivery.bytes_per_second;
    const std::size_t wanted = rate == 0 ? kPieceBytes : std::max<std::size_t>(1, rate / kTicksPerSecond);
    reader_->Read(pending_, wanted);
    const std::size_t size = std::min<std::uint64_t>({left_, pending_.size(), wanted});
    piece_.assign(pending_, 0, size);
    pending_.erase(0, size);
    left_ -= size;
    Write(asio::buffer(piece_), rate == 0 ? &Session::SendPiece : &Session::Pause);
  }

  // Between two pieces of a body that trickles.
  void Pause() {
    timer_.expires_after(absl::ToChronoNanoseconds(
        absl::Seconds(static_cast<double>(piece_.size()) / static_cast<double>(reply_.delivery.bytes_per_second))));
    timer_.async_wait([self = this->shared_from_this()](error_code error) {
      if (!error) self->SendPiece();
    });
  }

  template <typename Buffers>
  void Write(const Buffers& buffers, void (Session::*next)()) {
    asio::async_write(stream_, buffers, [self = this->shared_from_this(), next](error_code error, std::size_t) {
      if (error) return self->ClosedByClient();
      (self.get()->*next)();
    });
  }

  void Finish() {
    const bool whole = !reply_.delivery.truncate_at || *reply_.delivery.truncate_at >= reply_.body.size();
    if (keep_alive_ && whole) return Read();
    if constexpr (kTls) {
      if (whole) {
        stream_.async_shutdown([self = this->shared_from_this()](error_code) {});
        return;
      }
    }
    error_code ignored;
    Socket().shutdown(tcp::socket::shutdown_send, ignored);
    Socket().close(ignored);
  }

  void ResetConnection() {
    error_code ignored;
    Socket().set_option(asio::socket_base::linger(true, 0), ignored);
    Socket().close(ignored);
  }

  static constexpr std::uint64_t kTicksPerSecond = 10;

  Stream stream_;
  asio::steady_timer timer_;
  Cloud& cloud_;
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  bool keep_alive_ = true;
  Reply reply_;
  std::string head_;
  // Of a body that goes out in pieces:
  std::optional<BodyReader> reader_;
  std::string pending_;  // made, not sent
  std::string piece_;    // being sent
  std::uint64_t left_ = 0;
};

}  // namespace

void StartSession(tcp::socket socket, Cloud& cloud) {
  std::make_shared<Session<tcp::socket>>(std::move(socket), cloud)->Start();
}

void StartTlsSession(tcp::socket socket, asio::ssl::context& tls, Cloud& cloud) {
  std::make_shared<Session<TlsStream>>(TlsStream(std::move(socket), tls), cloud)->Start();
}

}  // namespace taskgateway::simulator
