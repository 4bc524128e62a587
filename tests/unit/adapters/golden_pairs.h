// The golden pairs of an adapter: adapters/{kind}/testdata, described in its README.md.
//
//   INSTANTIATE_TEST_SUITE_P(Pairs, CloudControlGolden, testing::ValuesIn(golden::PairNames("cloud_control")));
//   TEST_P(CloudControlGolden, DecodesAsWritten) { golden::ExpectDecodesAsWritten("cloud_control", kTaskId,
//   GetParam()); }
//
// With UPDATE_GOLDEN=1 in the environment the expected files are written instead of compared; read every one that
// changes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/core/http_message.h"
#include "gtest/gtest.h"

namespace taskgateway::golden {

// Every NAME that has a NAME.json, sorted.
std::vector<std::string> PairNames(std::string_view kind);

// The reply of a pair: NAME.json with what NAME.http says, else HTTP 200 without headers.
core::HttpResponse ReadReply(std::string_view kind, std::string_view name);

// The bytes of a file in the adapter's testdata.
std::string ReadTestdata(std::string_view kind, std::string_view file);

// Decodes the reply as an answer about `task_id`, compares it with the expected file, and checks what holds for every
// task.
void ExpectDecodesAsWritten(std::string_view kind, std::string_view task_id, std::string_view name);

// There are at least 25 pairs, and no file that belongs to none.
void ExpectNothingButPairs(std::string_view kind);

// A readable test name out of a parameter that is a pair's name.
std::string TestName(const testing::TestParamInfo<std::string>& parameter);

}  // namespace taskgateway::golden
