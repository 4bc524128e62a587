#include "gateway/server/memory_file.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"

namespace taskgateway::server {
namespace {

std::string Content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(MemoryFileTest, ThePathStaysAndTheContentIsReplaced) {
  const auto file = MemoryFile::Make("test");
  ASSERT_TRUE(file.ok());
  const std::string path = (*file)->path();
  ASSERT_TRUE((*file)->Replace("a longer text").ok());
  std::ifstream open(path);
  ASSERT_TRUE((*file)->Replace("short").ok());
  EXPECT_EQ(Content(path), "short");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(open), {}), "a longer text") << "who has it open keeps it";
  EXPECT_EQ((*file)->path(), path);
}

TEST(MemoryFileTest, EachContentHasAnotherModificationTime) {
  const auto file = MemoryFile::Make("test");
  ASSERT_TRUE(file.ok());
  struct stat first {};
  struct stat second {};
  ASSERT_TRUE((*file)->Replace("1").ok());
  ASSERT_EQ(stat((*file)->path().c_str(), &first), 0);
  ASSERT_TRUE((*file)->Replace("2").ok());
  ASSERT_EQ(stat((*file)->path().c_str(), &second), 0);
  EXPECT_NE(first.st_mtim.tv_sec, second.st_mtim.tv_sec);
}

}  // namespace
}  // namespace taskgateway::server
