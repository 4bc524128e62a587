#include "gateway/server/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/numbers.h"

namespace taskgateway::server {
namespace {

// Fields of /proc/self/stat behind the name of the program, see proc_pid_stat(5), which counts from 1 and has two
// before.
enum StatField {
  kUtime = 14 - 3,
  kStime = 15 - 3,
  kNumThreads = 20 - 3,
  kStartTime = 22 - 3,
  kVsize = 23 - 3,
  kRss = 24 - 3
};

std::vector<std::string> StatFields() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  // The name is in parentheses, and may have any character.
  const std::size_t end = text.rfind(')');
  std::vector<std::string> fields;
  if (end == std::string::npos) return fields;
  std::istringstream words(text.substr(end + 1));
  for (std::string word; words >> word;) fields.push_back(word);
  return fields;
}

// When the machine started, in Unix time.
double BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

double OpenFiles() {
  std::error_code error;
  double count = 0;
  std::filesystem::directory_iterator files("/proc/self/fd", error);
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) ++count;
  return count;
}

}  // namespace

std::optional<ProcessState> LookAtProcess() {
  const std::vector<std::string> fields = StatFields();
  if (fields.size() <= kRss) return std::nullopt;
  const auto number = [&](StatField field) {
    double value = 0;
    return absl::SimpleAtod(fields[field], &value) ? value : 0;
  };
  static const auto kTicks = static_cast<double>(sysconf(_SC_CLK_TCK));
  static const double kBoot = BootTime();
  ProcessState state;
  state.cpu_seconds = (number(kUtime) + number(kStime)) / kTicks;
  state.threads = number(kNumThreads);
  state.start_time_seconds = kBoot + number(kStartTime) / kTicks;
  state.virtual_bytes = number(kVsize);
  state.resident_bytes = number(kRss) * static_cast<double>(sysconf(_SC_PAGESIZE));
  state.open_fds = OpenFiles();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) state.max_fds = static_cast<double>(limit.rlim_cur);
  return state;
}

}  // namespace taskgateway::server
