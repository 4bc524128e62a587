// Spans on their way to a collector.
#include "gateway/server/otlp_tracer.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace taskgateway::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Takes one request of HTTP and answers it with 200.
class Collector {
 public:
  Collector() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~Collector() {
    if (thread_.joinable()) thread_.join();
    close(listener_);
  }
  std::string url() const { return absl::StrCat("http://127.0.0.1:", port_, "/v1/traces"); }
  // What was sent, once it was.
  std::string Request() {
    thread_.join();
    return request_;
  }

 private:
  void Serve() {
    const int connection = accept(listener_, nullptr, nullptr);
    char buffer[4096];
    while (!Complete()) {
      const ssize_t size = recv(connection, buffer, sizeof buffer, 0);
      if (size <= 0) break;
      request_.append(buffer, static_cast<std::size_t>(size));
    }
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    EXPECT_EQ(send(connection, answer.data(), answer.size(), 0), static_cast<ssize_t>(answer.size()));
    close(connection);
  }
  bool Complete() const {
    const std::size_t body = request_.find("\r\n\r\n");
    const std::size_t length = request_.find("Content-Length: ");
    return body != std::string::npos && length != std::string::npos &&
           request_.size() >= body + 4 + std::stoul(request_.substr(length + 16));
  }

  const int listener_;
  int port_ = 0;
  std::string request_;
  std::thread thread_;
};

config::v1::Tracing To(const std::string& url, double ratio) {
  config::v1::Tracing tracing;
  tracing.set_otlp_endpoint(url);
  tracing.set_sample_ratio(ratio);
  return tracing;
}

class OtlpTracerTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanTrace()) GTEST_SKIP() << "this build has no OpenTelemetry";
  }

  class FakeSink final : public base::LogSink {
   public:
    bool Write(std::string_view line) override {
      text.append(line);
      return true;
    }
    std::string text;
  };

  base::SystemClock clock_;
  FakeSink sink_;
  base::Log log_{clock_, sink_};
};

TEST_F(OtlpTracerTest, SpansReachTheCollectorWithTheirParentAndAttributes) {
  Collector collector;
  base::SpanId parent;
  parent.trace.fill('T');
  parent.span.fill('S');
  parent.sampled = true;
  {
    const auto tracer = MakeOtlpTracer(To(collector.url(), 0), log_);
    ASSERT_NE(tracer, nullptr);
    const auto call = tracer->Begin("taskgateway.v1.TaskService/GetTask", base::SpanKind::kServer, parent);
    ASSERT_NE(call, nullptr) << "the caller's decision counts";
    EXPECT_EQ(call->id().trace, parent.trace);
    const auto attempt = tracer->Begin("attempt", base::SpanKind::kClient, call->id());
    ASSERT_NE(attempt, nullptr);
    attempt->Set("server.address", "cloud.example");
    attempt->Fail("UPSTREAM_TIMEOUT");
  }
  EXPECT_THAT(collector.Request(),
              AllOf(HasSubstr("POST /v1/traces"), HasSubstr("taskgateway.v1.TaskService/GetTask"), HasSubstr("attempt"),
                    HasSubstr("cloud.example"), HasSubstr("UPSTREAM_TIMEOUT"), HasSubstr("TTTTTTTTTTTTTTTT"),
                    HasSubstr("SSSSSSSS"), HasSubstr("service.name")));
}

TEST_F(OtlpTracerTest, WhatIsNotSampledHasNoSpan) {
  const auto tracer = MakeOtlpTracer(To("http://127.0.0.1:9/v1/traces", 0), log_);
  ASSERT_NE(tracer, nullptr);
  EXPECT_EQ(tracer->Begin("a trace that begins here", base::SpanKind::kServer, {}), nullptr);
  base::SpanId parent;
  parent.trace.fill(1);
  parent.span.fill(1);
  EXPECT_EQ(tracer->Begin("of a caller who does not want it", base::SpanKind::kServer, parent), nullptr);
}

TEST_F(OtlpTracerTest, ACollectorThatIsNotThereIsALineOfTheLog) {
  {
    const auto tracer = MakeOtlpTracer(To("http://127.0.0.1:1/v1/traces", 1), log_);
    ASSERT_NE(tracer, nullptr);
    EXPECT_NE(tracer->Begin("lost", base::SpanKind::kServer, {}), nullptr);
  }
  EXPECT_THAT(sink_.text, HasSubstr(R"("severity":"warning","event":"otlp","message":)"));
}

TEST_F(OtlpTracerTest, WithoutAnEndpointThereIsNoTracer) { EXPECT_EQ(MakeOtlpTracer({}, log_), nullptr); }

}  // namespace
}  // namespace taskgateway::server
