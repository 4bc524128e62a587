// Rendered text against files, for people to look at as much as for the test.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "taskgateway/v1/task_service.pb.h"

namespace taskgateway::taskctl {

inline std::string Testdata(const std::string& name) {
  return std::string(TASKGATEWAY_SOURCE_DIR "/tests/unit/taskctl/testdata/") + name;
}

inline std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline v1::Task TaskFrom(const std::string& name) {
  v1::Task task;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(FileText(Testdata(name)), &task)) << name;
  return task;
}

// A difference leaves the new text below the build tree, to be looked at and copied.
inline void ExpectGolden(const std::string& actual, const std::string& name) {
  const std::string folder = TASKGATEWAY_BINARY_DIR "/tests/golden/taskctl/";
  if (std::filesystem::exists(Testdata(name)) && FileText(Testdata(name)) == actual) return;
  std::filesystem::create_directories(folder);
  std::ofstream(folder + name, std::ios::binary) << actual;
  ADD_FAILURE() << Testdata(name) << " differs from " << folder << name << ":\n" << actual;
}

}  // namespace taskgateway::taskctl
