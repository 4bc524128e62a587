#include "gateway/tasks/resume_token.h"

#include <string>

#include "gtest/gtest.h"

namespace taskgateway::tasks {
namespace {

const ResumePoint kPoint = {
    .name = "sources/s/tasks/task-1", .etag = "1-0123456789abcdef0123456789abcdef", .state = v1::Task::RUNNING};

TEST(ResumeTokenTest, ComesBackAsItWas) { EXPECT_EQ(FromToken(ToToken(kPoint)), kPoint); }

// Another replica, perhaps of another build, made the token that a watcher brings.
TEST(ResumeTokenTest, IsTheSameInEveryBuild) {
  EXPECT_EQ(ToToken(kPoint), "dzEgMiAxLTAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmIHNvdXJjZXMvcy90YXNrcy90YXNrLTE");
}

TEST(ResumeTokenTest, AnyOtherTextIsNone) {
  const std::string token = ToToken(kPoint);
  for (const std::string& other :
       {std::string(), std::string("x"), token.substr(0, 20), token + "A", token + "=", "A" + token,
        std::string(100'000, 'A'), ToToken({.name = "n", .etag = "2-x", .state = v1::Task::RUNNING}),
        ToToken({.name = "a b", .etag = kPoint.etag, .state = v1::Task::RUNNING}),
        ToToken({.name = "n", .etag = kPoint.etag, .state = static_cast<v1::Task::State>(99)})}) {
    EXPECT_FALSE(FromToken(other).has_value()) << other.substr(0, 200);
  }
}

TEST(ResumeTokenTest, StaysBelow400Characters) {
  ResumePoint longest = kPoint;
  longest.name = "sources/" + std::string(63, 's') + "/tasks/" + std::string(128, 't');
  EXPECT_LT(ToToken(longest).size(), 400u);
  EXPECT_EQ(FromToken(ToToken(longest)), longest);
}

}  // namespace
}  // namespace taskgateway::tasks
