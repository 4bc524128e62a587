// An upstream call with everything around it scripted, on virtual time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "adapters/core/status_catalogue.h"
#include "gateway/upstream/upstream_call.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_adapter.h"
#include "tests/support/fake_http_client.h"
#include "tests/support/virtual_time.h"

namespace taskgateway::upstream {

// Gives the keys that the test put in, at once or when Release is called.
class FakeCredentialSource final : public CredentialSource {
 public:
  SharedCredentials AtHand() const override { return at_hand ? *current : nullptr; }
  void Get(Done done) override {
    ++gets;
    Give(current, std::move(done));
  }
  void Renew(const SharedCredentials& rejected_keys, Done done) override {
    rejected.push_back(rejected_keys);
    Give(renewed, std::move(done));
  }
  // Answers all that was held.
  void Release() {
    for (auto held = std::move(held_); const auto& give : held) give();
  }

  static SharedCredentials Keys(std::string id) {
    return std::make_shared<const core::Credentials>(core::Credentials{std::move(id), core::Secret("secret"), {}});
  }

  absl::StatusOr<SharedCredentials> current = Keys("first");
  absl::StatusOr<SharedCredentials> renewed = absl::FailedPreconditionError("no others");
  bool at_hand = false;
  bool hold = false;
  int gets = 0;
  std::vector<SharedCredentials> rejected;

 private:
  void Give(const absl::StatusOr<SharedCredentials>& keys, Done done) {
    if (!hold) return done(keys);
    held_.push_back([keys, done = std::move(done)] { done(keys); });
  }

  std::vector<std::function<void()>> held_;
};

// Keeps the work until the test runs it.
class HeldExecutor final : public base::Executor {
 public:
  void Run(std::function<void()> work) override { work_.push_back(std::move(work)); }
  void RunAll() {
    for (auto held = std::move(work_); const auto& work : held) work();
  }
  std::size_t held() const { return work_.size(); }

 private:
  std::vector<std::function<void()>> work_;
};

// The replies that `decode` below understands.
inline TransferResult Ok(std::string value = "value") { return support::HttpReply(200, std::move(value)); }
inline TransferResult Denied() { return support::HttpReply(403, "denied"); }
inline TransferResult Transient(std::string text = "transient") { return support::HttpReply(500, std::move(text)); }
inline TransferResult ThrottledReply(std::optional<absl::Duration> hint = std::nullopt) {
  core::HttpHeaders headers;
  if (hint) headers.push_back({"retry-ms", absl::StrCat(absl::ToInt64Milliseconds(*hint))});
  return support::HttpReply(429, "throttled", headers);
}
inline TransferResult KeysRejected(std::string text = "rejected") { return support::HttpReply(401, std::move(text)); }
inline TransferResult ClockSkew(std::optional<absl::Time> server_time) {
  core::HttpHeaders headers;
  if (server_time) headers.push_back({"date-s", absl::StrCat(absl::ToUnixSeconds(*server_time))});
  return support::HttpReply(408, "skew", headers);
}

class UpstreamCallTest : public testing::Test {
 protected:
  // Reads the replies above. The value counts with an OK status, else the text is the status's message.
  static Verdict Read(const core::HttpResponse& response) {
    Verdict verdict;
    const std::string& text = response.body;
    std::int64_t number = 0;
    switch (response.status) {
      case 200:
        break;
      case 429:
        verdict.status = absl::ResourceExhaustedError(text);
        verdict.signal = Signal::kThrottled;
        if (absl::SimpleAtoi(std::string(core::FindHeader(response.headers, "retry-ms")), &number)) {
          verdict.retry_after = absl::Milliseconds(number);
        }
        break;
      case 500:
        verdict.status = absl::UnavailableError(text);
        verdict.signal = Signal::kTransient;
        break;
      case 401:
        verdict.status = absl::FailedPreconditionError(text);
        verdict.signal = Signal::kCredentialsRejected;
        break;
      case 408:
        verdict.status = absl::FailedPreconditionError(text);
        verdict.signal = Signal::kClockSkew;
        if (absl::SimpleAtoi(std::string(core::FindHeader(response.headers, "date-s")), &number)) {
          verdict.server_time = absl::FromUnixSeconds(number);
        }
        break;
      default:
        verdict.status = absl::PermissionDeniedError(text);
    }
    return verdict;
  }

  CallSpec Spec() {
    CallSpec spec;
    spec.request = [this] { return adapter_.GetTask("t-1"); };
    spec.operation = adapter_.traits().operations[0];
    spec.deadline = [this] { return deadline_; };
    spec.decode = [this, value = value_](core::HttpResponse response) {
      ++decodes_;
      Verdict verdict = Read(response);
      if (verdict.status.ok()) *value = std::move(response.body);
      return verdict;
    };
    spec.on_send = [this] { sent_when_told_.push_back(http_.sent().size()); };
    spec.done = [this](absl::Status status) {
      EXPECT_FALSE(starting_) << "never before Start returns";
      done_.push_back(std::move(status));
      done_at_ = time_.loop.Now();
    };
    return spec;
  }

  void Start(CallSpec spec) {
    call_ = std::make_unique<UpstreamCall>(context_, channel_, budget_, std::move(spec));
    starting_ = true;
    call_->Start();
    starting_ = false;
  }
  void Start() { Start(Spec()); }

  // Takes every token, so that a call has to queue.
  void EmptyBudget() {
    for (int i = 0; i < budget_.limits().burst; ++i)
      budget_.Acquire(absl::InfiniteDuration(), [](const absl::Status&) {});
  }

  std::string HeaderOf(std::size_t attempt, std::string_view name) const {
    return std::string(core::FindHeader(http_.sent()[attempt].request.headers, name));
  }

  support::VirtualTime time_;
  const absl::Duration begin_ = time_.loop.Now();
  base::Random random_{7};
  support::FakeHttpClient http_{time_.loop};
  support::FakeAdapter adapter_;
  FakeCredentialSource credentials_;
  HeldExecutor executor_;
  Context context_{time_.loop, random_, http_, executor_, RetryPolicy(), TransferLimits()};
  Channel channel_{
      adapter_, {"https://host.example:8443", "host.example:8443", ""}, credentials_, absl::ZeroDuration()};
  Budget budget_{time_.loop, "sources/s:GetTask", {2, 2, 1000}};

  absl::Duration deadline_ = absl::InfiniteDuration();
  std::shared_ptr<std::string> value_ = std::make_shared<std::string>();
  int decodes_ = 0;
  std::vector<std::size_t> sent_when_told_;  // how much had been sent at each on_send
  std::vector<absl::Status> done_;
  absl::Duration done_at_;
  bool starting_ = false;
  std::unique_ptr<UpstreamCall> call_;
};

}  // namespace taskgateway::upstream
