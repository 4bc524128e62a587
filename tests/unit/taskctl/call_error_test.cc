#include "tools/taskctl/call_error.h"

#include <string>
#include <tuple>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace taskgateway::taskctl {
namespace {

using ::testing::HasSubstr;

constexpr char kServer[] = "gateway:8980";

google::rpc::Status Parse(const std::string& text) {
  google::rpc::Status status;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &status));
  return status;
}

TEST(CallErrorText, SaysNameCodeReasonAndMessage) {
  EXPECT_EQ(
      CallErrorText("sources/a/tasks/b", Parse(R"pb(
                      code: 5
                      message: "no such task"
                      details {
                        [type.googleapis.com/google.rpc.ErrorInfo] { reason: "TASK_NOT_FOUND" domain: "taskgateway" }
                      })pb"),
                    kServer),
      "error: sources/a/tasks/b: NOT_FOUND TASK_NOT_FOUND: no such task\n");
}

TEST(CallErrorText, NamesBadFieldsAndDoesNotRepeatTheCode) {
  EXPECT_EQ(CallErrorText("x", Parse(R"pb(
                            code: 3
                            message: "bad name"
                            details {
                              [type.googleapis.com/google.rpc.ErrorInfo] {
                                reason: "INVALID_ARGUMENT"
                                domain: "taskgateway"
                                metadata { key: "field" value: "name" }
                              }
                            }
                            details {
                              [type.googleapis.com/google.rpc.BadRequest] {
                                field_violations { field: "name" description: "must be sources/{source}/tasks/{task}" }
                              }
                            })pb"),
                          kServer),
            "error: x: INVALID_ARGUMENT: bad name\n"
            "  name: must be sources/{source}/tasks/{task}\n");
}

TEST(CallErrorText, TellsTheUpstreamsWordsAndWhenToTryAgain) {
  EXPECT_EQ(CallErrorText("x", Parse(R"pb(
                            code: 8
                            message: "throttled"
                            details {
                              [type.googleapis.com/google.rpc.ErrorInfo] {
                                reason: "UPSTREAM_THROTTLED"
                                domain: "cloudcontrol.example"
                                metadata { key: "upstream_code" value: "Throttling.User" }
                                metadata { key: "request_id" value: "R-1" }
                              }
                            }
                            details {
                              [type.googleapis.com/google.rpc.QuotaFailure] {
                                violations { subject: "sources/a:GetTask" description: "20 calls per second" }
                              }
                            }
                            details {
                              [type.googleapis.com/google.rpc.RetryInfo] { retry_delay { seconds: 1 nanos: 500000000 } }
                            })pb"),
                          kServer),
            "error: x: RESOURCE_EXHAUSTED UPSTREAM_THROTTLED: throttled\n"
            "  sources/a:GetTask: 20 calls per second\n"
            "  upstream: cloudcontrol.example\n"
            "  request_id: R-1\n"
            "  upstream_code: Throttling.User\n"
            "  try again in: 1.5s\n");
}

TEST(CallErrorText, AStatusThatNoGatewayMadeNamesTheServer) {
  EXPECT_THAT(CallErrorText("x", Parse(R"pb(code: 14 message: "failed to connect")pb"), kServer),
              HasSubstr("no gateway answers at gateway:8980"));
}

TEST(CallErrorText, GivesTheRemedyWhereItKnowsOne) {
  const auto with_reason = [](int code, const std::string& reason) {
    google::rpc::Status status;
    status.set_code(code);
    google::rpc::ErrorInfo error_info;
    error_info.set_reason(reason);
    std::ignore = status.add_details()->PackFrom(error_info);
    return CallErrorText("x", status, kServer);
  };
  EXPECT_THAT(with_reason(5, "SOURCE_NOT_FOUND"), HasSubstr("taskctl sources"));
  EXPECT_THAT(with_reason(9, "TASK_ID_AMBIGUOUS"), HasSubstr("SOURCE/TASK"));
  EXPECT_THAT(with_reason(4, ""), HasSubstr("--timeout"));
}

TEST(CallErrorText, CannotDriveATerminal) {
  google::rpc::Status status;
  status.set_code(2);
  status.set_message("\x1b[2J\xff\nsecond line");
  EXPECT_EQ(CallErrorText("\x1b[1mx", status, kServer), "error: \\x1b[1mx: UNKNOWN: \\x1b[2J\\xff second line\n");
}

TEST(CallErrorText, UnknownCodesAndDetailsAreShownAsTheyAre) {
  EXPECT_EQ(CallErrorText("", Parse(R"pb(code: 99
                                         message: "new"
                                         details { type_url: "type.googleapis.com/a.B" value: "x" })pb"),
                          kServer),
            "error: code 99: new\n");
}

}  // namespace
}  // namespace taskgateway::taskctl
