#include "tools/simulator/simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "gateway/base/clock.h"
#include "tests/unit/simulator/requests.h"

namespace taskgateway::simulator {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const core::Credentials kKey{std::string(kDefaultAccessKeyId), core::Secret(std::string(kDefaultAccessKeySecret)), {}};

// The bytes of a signed GetTask of Cloud Control.
std::string WireGetTask(std::string_view id, bool keep_alive = false) {
  const core::HttpRequest request = Signed(CloudControlRequest("GetTask", id), base::SystemClock().Now(), kKey);
  std::string wire = request.method + " " + request.path + " HTTP/1.1\r\nHost: " + request.host + "\r\n";
  for (const core::HttpHeader& header : request.headers) wire += header.name + ": " + header.value + "\r\n";
  return wire + (keep_alive ? "" : "Connection: close\r\n") + "\r\n";
}

class SimulatorTest : public ::testing::Test {
 protected:
  SimulatorTest() {
    EXPECT_TRUE(simulator_.Start().ok());
    Play("tasks: [{api: cloud_control, id: t, steps: [{status: Running}]}]");
  }

  void Play(std::string_view yaml) {
    const absl::Status applied = simulator_.Apply(yaml);
    EXPECT_TRUE(applied.ok()) << applied;
  }

  tcp::socket Connect(std::uint16_t port) {
    tcp::socket socket(io_);
    socket.connect({asio::ip::address_v4::loopback(), port});
    return socket;
  }
  // Sends bytes and reads until the connection ends; `error_` says how it ended.
  std::string Exchange(const std::string& wire) {
    tcp::socket socket = Connect(simulator_.http_port());
    asio::write(socket, asio::buffer(wire));
    return ReadAll(socket);
  }
  template <typename Stream>
  std::string ReadAll(Stream& stream) {
    std::string all;
    error_ = {};
    asio::read(stream, asio::dynamic_buffer(all), error_);
    return all;
  }

  asio::io_context io_;
  error_code error_;
  Simulator simulator_{{}};
};

std::string BodyOf(const std::string& reply) {
  return reply.substr(std::min(reply.find("\r\n\r\n") + 4, reply.size()));
}

std::string Gunzip(const std::string& bytes) {
  std::string out(1 << 20, '\0');
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST_F(SimulatorTest, AnswersLikeAnHttpServer) {
  const std::string reply = Exchange(WireGetTask("t"));
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_THAT(reply, HasSubstr("\r\nContent-Type: application/json;charset=utf-8\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nContent-Length: " + std::to_string(BodyOf(reply).size()) + "\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(reply, HasSubstr("\r\nx-acs-request-id: "));
  EXPECT_THAT(BodyOf(reply), HasSubstr("\"status\":\"Running\""));
}

TEST_F(SimulatorTest, KeepsConnectionsOpenAndAnswersInOrder) {
  const std::string reply = Exchange(WireGetTask("t", true) + WireGetTask("none", true) + WireGetTask("t"));
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(reply, HasSubstr("}}HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(reply, HasSubstr("}HTTP/1.1 200 OK\r\n"));
}

TEST_F(SimulatorTest, ServesTlsThatItsCertificateProves) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.add_certificate_authority(asio::buffer(simulator_.certificate_pem()));
  context.set_verify_mode(asio::ssl::verify_peer);
  asio::ssl::stream<tcp::socket> stream(Connect(simulator_.https_port()), context);
  stream.set_verify_callback(asio::ssl::host_name_verification("127.0.0.1"));
  stream.handshake(asio::ssl::stream_base::client);
  asio::write(stream, asio::buffer(WireGetTask("t")));
  EXPECT_THAT(ReadAll(stream), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(error_, asio::error::eof) << "closed with a farewell";
  EXPECT_TRUE(simulator_.Ledger().back().tls);
}

TEST(SimulatorAddress, MayBeAnotherOne) {
  Simulator simulator({.address = "127.0.0.2"});
  ASSERT_TRUE(simulator.Start().ok());
  asio::io_context io;
  tcp::socket socket(io);
  boost::system::error_code error;
  socket.connect({asio::ip::make_address("127.0.0.2"), simulator.http_port()}, error);
  EXPECT_FALSE(error) << error.message();
}

TEST(SimulatorAddress, HasToBeOne) {
  Simulator simulator({.address = "localhost"});
  const absl::Status status = simulator.Start();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("'localhost' is not an IP address"));
}

TEST_F(SimulatorTest, TheControlEndpointIsOnThePlainPortOnly) {
  EXPECT_THAT(Exchange("GET /_simulator/healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              EndsWith("{\"status\":\"ok\"}"));
  asio::ssl::context context(asio::ssl::context::tls_client);
  asio::ssl::stream<tcp::socket> stream(Connect(simulator_.https_port()), context);
  stream.handshake(asio::ssl::stream_base::client);
  asio::write(
      stream,
      asio::buffer(std::string_view("GET /_simulator/healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")));
  EXPECT_THAT(ReadAll(stream), HasSubstr("IncompleteSignature"));
}

TEST_F(SimulatorTest, BytesThatAreNoRequestAreRefused) {
  EXPECT_THAT(Exchange("this is not HTTP\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
}

TEST_F(SimulatorTest, HtmlBrokenJsonAndForeignBodies) {
  Play(
      "faults: [{count: 1, html: {status: 502}}, {count: 1, broken_json: {}}, {count: 1, body: {status: 418, text: "
      "tea}}]");
  const std::string html = Exchange(WireGetTask("t"));
  EXPECT_THAT(html, StartsWith("HTTP/1.1 502 "));
  EXPECT_THAT(html, HasSubstr("Content-Type: text/html"));
  const std::string broken = Exchange(WireGetTask("t"));
  EXPECT_THAT(broken, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(broken, EndsWith("\"Succ"));
  EXPECT_THAT(Exchange(WireGetTask("t")), EndsWith("\r\n\r\ntea"));
}

TEST_F(SimulatorTest, ATruncatedBodyEndsEarly) {
  Play("faults: [{truncate_at: 10}]");
  const std::string reply = Exchange(WireGetTask("t", true));
  EXPECT_EQ(BodyOf(reply), "{\"requestI");
  EXPECT_EQ(error_, asio::error::eof);
}

TEST_F(SimulatorTest, AResetEndsTheConnectionBeforeOrAfterTheHeaders) {
  Play("faults: [{count: 1, reset: before_headers}, {reset: after_headers}]");
  EXPECT_THAT(Exchange(WireGetTask("t")), IsEmpty());
  EXPECT_EQ(error_, asio::error::connection_reset);
  const std::string reply = Exchange(WireGetTask("t"));
  EXPECT_THAT(reply, EndsWith("\r\n\r\n"));
  EXPECT_EQ(error_, asio::error::connection_reset);
}

TEST_F(SimulatorTest, GzipIsTheSameBody) {
  Play("faults: [{gzip: true}]");
  const std::string reply = Exchange(WireGetTask("t"));
  EXPECT_THAT(reply, HasSubstr("Content-Encoding: gzip\r\n"));
  EXPECT_THAT(Gunzip(BodyOf(reply)), HasSubstr("\"status\":\"Running\""));
}

TEST_F(SimulatorTest, ATricklingAndADelayedReplyArriveWhole) {
  Play("faults: [{delay: 10ms, bytes_per_second: 100000}]");
  EXPECT_THAT(Exchange(WireGetTask("t")), EndsWith("}}"));
}

TEST_F(SimulatorTest, ALargeLogArrivesWholeAndLeavesTheConnectionUsable) {
  Play("tasks: [{api: service_catalog, id: log, steps: [{status: Succeeded}], log: {entries: 2, end_bytes: 3MiB}}]");
  core::HttpRequest request = Signed(ServiceCatalogRequest("GetTask", "TaskId=log"), base::SystemClock().Now(), kKey);
  std::string wire =
      "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + std::to_string(request.body.size()) + "\r\n";
  for (const core::HttpHeader& header : request.headers) wire += header.name + ": " + header.value + "\r\n";
  const std::string reply = Exchange(wire + "\r\n" + request.body + WireGetTask("t"));
  EXPECT_GT(reply.size(), 3u << 20);
  EXPECT_THAT(reply.substr(reply.size() - 2000), HasSubstr("}HTTP/1.1 200 OK\r\n"));
}

TEST_F(SimulatorTest, AClientThatGivesUpOnAHangingReplyIsWrittenDown) {
  Play("faults: [{hang: true}]");
  {
    tcp::socket socket = Connect(simulator_.http_port());
    asio::write(socket, asio::buffer(WireGetTask("t")));
    while (simulator_.Requests(Api::kCloudControl, "GetTask") == 0) std::this_thread::yield();
    EXPECT_EQ(simulator_.Ledger().back().http_status, 0);
    EXPECT_EQ(simulator_.Ledger().back().closed_by_client, absl::InfinitePast());
  }
  while (simulator_.Ledger().back().closed_by_client == absl::InfinitePast()) std::this_thread::yield();
}

TEST_F(SimulatorTest, TheDateHeaderShowsTheMovedClock) {
  simulator_.SetClockOffset(absl::Hours(-24 * 365 * 5));
  const std::string reply = Exchange(WireGetTask("t"));
  EXPECT_THAT(reply, HasSubstr("InvalidTimeStamp.Expired"));
  EXPECT_THAT(reply, HasSubstr(absl::FormatTime(" %E4Y ", base::SystemClock().Now() - absl::Hours(24 * 365 * 5),
                                                absl::UTCTimeZone())));
}

TEST_F(SimulatorTest, APortThatIsTakenIsNamed) {
  Simulator other({.http_port = simulator_.http_port()});
  const absl::Status started = other.Start();
  EXPECT_EQ(started.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(started.message()), HasSubstr(std::to_string(simulator_.http_port())));
}

TEST_F(SimulatorTest, StopsWithOpenConnectionsAndKeepsItsLedger) {
  Play("faults: [{hang: true}]");
  tcp::socket socket = Connect(simulator_.http_port());
  asio::write(socket, asio::buffer(WireGetTask("t")));
  while (simulator_.Requests(Api::kCloudControl, "GetTask") == 0) std::this_thread::yield();
  simulator_.Stop();
  simulator_.Stop();
  EXPECT_EQ(simulator_.Ledger().size(), 1u);
}

}  // namespace
}  // namespace taskgateway::simulator
