// The house rules that a machine can check: who may include whom, and the one home of each dangerous thing.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace taskgateway {
namespace {

namespace fs = std::filesystem;

struct SourceFile {
  std::string path;  // from the top of the tree
  std::string text;
};

const std::vector<SourceFile>& SourceFiles() {
  static const std::vector<SourceFile>* const kFiles = [] {
    auto* files = new std::vector<SourceFile>;
    const fs::path top = TASKGATEWAY_SOURCE_DIR;
    for (const char* room : {"adapters", "gateway", "tools", "tests"}) {
      for (const fs::directory_entry& entry : fs::recursive_directory_iterator(top / room)) {
        const std::string extension = entry.path().extension();
        if (extension != ".h" && extension != ".cc") continue;
        std::ostringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        files->push_back({fs::relative(entry.path(), top).generic_string(), text.str()});
      }
    }
    return files;
  }();
  return *kFiles;
}

// The floor of a path, from the lowest; adapters share one floor, and tools and tests are above all.
int FloorOf(const std::string& path) {
  static const std::vector<std::pair<std::string, int>> kFloors = {
      {"proto/", 0},
      {"taskgateway/", 0},
      {"google/", 0},
      {"adapters/core/", 1},
      {"adapters/task_adapter", 2},
      {"adapters/alibaba/", 3},
      {"adapters/registry/", 5},
      {"adapters/", 4},
      {"gateway/base/", 6},
      {"gateway/upstream/", 7},
      {"gateway/tasks/", 8},
      {"gateway/rpc/", 9},
      {"gateway/server/", 10},
      {"tools/", 11},
      {"tests/", 12},
  };
  for (const auto& [prefix, floor] : kFloors) {
    if (path.starts_with(prefix)) return floor;
  }
  return -1;
}

std::vector<std::string> IncludesOf(const SourceFile& file) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s+[<"]([^>"]+)[>"])re", std::regex::multiline);
  std::vector<std::string> includes;
  for (std::sregex_iterator it(file.text.begin(), file.text.end(), kInclude), end; it != end; ++it)
    includes.push_back((*it)[1]);
  return includes;
}

std::string FolderOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

TEST(FloorsTest, NothingIncludesUpward) {
  ASSERT_GT(SourceFiles().size(), 50u);
  for (const SourceFile& file : SourceFiles()) {
    for (const std::string& include : IncludesOf(file)) {
      const int floor = FloorOf(include);
      if (floor < 0) continue;
      EXPECT_LE(floor, FloorOf(file.path)) << file.path << " includes " << include << ", which is above it";
      if (floor == 4 && FloorOf(file.path) == 4) {
        EXPECT_EQ(FolderOf(include), FolderOf(file.path)) << file.path << ": adapters never include each other";
      }
    }
  }
}

// A library or a call that only some rooms may use.
struct Home {
  const char* what;
  std::regex pattern;
  std::vector<const char*> allowed;  // prefixes of paths
};

TEST(FloorsTest, EveryDangerousThingHasItsHome) {
  const std::vector<Home> homes = {
      {"libcurl", std::regex(R"(#include <curl/)"), {"gateway/upstream/curl", "tests/"}},
      {"RapidJSON", std::regex(R"(#include [<"]rapidjson/)"), {"adapters/", "tools/", "tests/"}},
      {"OpenSSL",
       std::regex(R"(#include <openssl/)"),
       {"adapters/alibaba/signer", "gateway/base/digest", "gateway/server/tls_files", "tools/simulator/", "tests/"}},
      {"gRPC", std::regex(R"(#include [<"]grpc)"), {"gateway/rpc/", "gateway/server/", "tools/", "tests/"}},
      {"prometheus", std::regex(R"(#include [<"]prometheus/)"), {"gateway/server/", "tests/"}},
      {"Boost", std::regex(R"(#include [<"]boost/)"), {"gateway/server/http_server", "tools/simulator/", "tests/"}},
      {"the machine's clocks",
       std::regex(R"(absl::Now\(|system_clock::now|steady_clock::now|clock_gettime|gettimeofday)"),
       {"gateway/base/clock", "tools/", "tests/"}},
      {"randomness",
       std::regex(R"(random_device|mt19937|std::rand\b|RAND_bytes)"),
       {"gateway/base/random", "tools/", "tests/"}},
      {"the environment", std::regex(R"(\bgetenv\()"), {"gateway/base/environment", "tools/", "tests/"}},
      {"threads",
       std::regex(R"(std::j?thread\b|std::async)"),
       {"gateway/base/executor", "gateway/base/event_loop", "gateway/server/", "tools/simulator/", "tests/"}},
      {"std::mutex", std::regex(R"(std::mutex\b|absl::Mutex\b)"), {"gateway/base/mutex", "tools/", "tests/"}},
      {"sleeping", std::regex(R"(sleep_for|sleep_until|SleepFor\(|\busleep\(|\bsleep\()"), {"tests/structure/"}},
      {"full-precision numbers, which crash RapidJSON 1.1.0",
       std::regex(R"(kParseFullPrecisionFlag)"),
       {"tests/", "adapters/core/json"}},
      {"the bytes of a secret",
       std::regex(R"(\.Reveal\(\))"),
       {"adapters/core/secret", "adapters/alibaba/signer", "adapters/alibaba/", "gateway/server/tls_files",
        "gateway/server/server_tls", "tools/simulator/", "tests/"}},
  };
  for (const Home& home : homes) {
    for (const SourceFile& file : SourceFiles()) {
      if (!std::regex_search(file.text, home.pattern)) continue;
      const bool at_home =
          std::ranges::any_of(home.allowed, [&](const char* prefix) { return file.path.starts_with(prefix); });
      EXPECT_TRUE(at_home) << file.path << " uses " << home.what << ", whose home is elsewhere";
    }
  }
}

TEST(FloorsTest, HeadersAreGuardedAndFilesStayReadable) {
  std::vector<std::size_t> lengths;
  for (const SourceFile& file : SourceFiles()) {
    if (file.path.ends_with(".h")) {
      EXPECT_NE(file.text.find("#pragma once"), std::string::npos) << file.path;
    }
    const auto lines = static_cast<std::size_t>(std::ranges::count(file.text, '\n'));
    EXPECT_LE(lines, 420u) << file.path << ": is there a seam to cut along?";
    lengths.push_back(lines);
  }
  std::ranges::nth_element(lengths, lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2));
  EXPECT_LE(lengths[lengths.size() / 2], 120u) << "the median file";
}

TEST(FloorsTest, AnAdaptersFolderIsItsKind) {
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(TASKGATEWAY_SOURCE_DIR) / "adapters")) {
    const std::string name = entry.path().filename();
    if (!entry.is_directory() || name == "core" || name == "registry" || name == "alibaba") continue;
    std::ifstream registry(fs::path(TASKGATEWAY_SOURCE_DIR) / "adapters/registry/registry.cc");
    std::ostringstream text;
    text << registry.rdbuf();
    EXPECT_NE(text.str().find("adapters/" + name + "/"), std::string::npos) << name << " has no line in the registry";
  }
}

}  // namespace
}  // namespace taskgateway
