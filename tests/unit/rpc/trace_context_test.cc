#include "gateway/rpc/trace_context.h"

#include <string>

#include "gtest/gtest.h"

namespace taskgateway::rpc {
namespace {

const std::string kTrace = "0af7651916cd43dd8448eb211c80319c";
const std::string kGood = "00-" + kTrace + "-b7ad6b7169203331-01";

TEST(TraceContextTest, AWellFormedHeaderHasATraceId) {
  for (const std::string& header : {
           kGood, "00-" + kTrace + "-b7ad6b7169203331-00",
           "00-" + kTrace + "-b7ad6b7169203331-ff",             // flags that are not known yet
           "01-" + kTrace + "-b7ad6b7169203331-01",             // a later version
           "cc-" + kTrace + "-b7ad6b7169203331-01-what-comes",  // which may go on
       }) {
    EXPECT_EQ(TraceIdOf(header), kTrace) << header;
  }
}

TEST(TraceContextTest, AnythingElseHasNone) {
  for (const std::string& header : {
           std::string(),
           std::string("00"),
           kGood.substr(0, kGood.size() - 1),
           kGood + "0",                                                             // longer
           kGood + "-more",                                                         // version 00 does not go on
           "cc-" + kTrace + "-b7ad6b7169203331-01.more",                            // goes on without a hyphen
           "ff-" + kTrace + "-b7ad6b7169203331-01",                                 // no version
           "0X-" + kTrace + "-b7ad6b7169203331-01",                                 //
           std::string("00-00000000000000000000000000000000-b7ad6b7169203331-01"),  // no trace
           "00-" + kTrace + "-0000000000000000-01",                                 // no parent
           std::string("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"),  // capitals
           "00-" + kTrace + "-b7ad6b7169203331-0g",                                 //
           "00-" + kTrace + "_b7ad6b7169203331-01",                                 //
           "00_" + kTrace + "-b7ad6b7169203331-01",                                 //
           "00-" + kTrace + "-b7ad6b7169203331_01",                                 //
           " " + kGood,                                                             //
           std::string("00-") + std::string(32, '\n') + "-b7ad6b7169203331-01",
       }) {
    EXPECT_EQ(TraceIdOf(header), "") << header;
  }
}

}  // namespace
}  // namespace taskgateway::rpc
