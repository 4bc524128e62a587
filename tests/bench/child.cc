#include "tests/bench/child.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace taskgateway::bench {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr absl::Duration kEndPatience = absl::Seconds(10);
constexpr absl::Duration kLook = absl::Milliseconds(1);

bool WaitFor(int descriptor, absl::Duration patience) {
  pollfd readable{.fd = descriptor, .events = POLLIN, .revents = 0};
  return poll(&readable, 1, static_cast<int>(absl::ToInt64Milliseconds(patience))) > 0;
}

// In the forked child: becomes `command`.
[[noreturn]] void Become(std::vector<std::string>& command, int core, const std::string& log, int in, int out) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  StayOn(core);
  const int log_descriptor = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dup2(in, STDIN_FILENO);
  dup2(out >= 0 ? out : log_descriptor, STDOUT_FILENO);
  dup2(log_descriptor, STDERR_FILENO);
  std::vector<char*> arguments;
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  _exit(127);
}

}  // namespace

Child::Child(std::vector<std::string> command, int core, const std::string& log, bool talks)
    : name_(std::filesystem::path(command.front()).filename()), log_(log) {
  int in[2] = {-1, -1};
  int out[2] = {-1, -1};
  if (pipe2(in, O_CLOEXEC) != 0 || (talks && pipe2(out, O_CLOEXEC) != 0)) Fail("no pipe");
  pid_ = fork();
  if (pid_ == 0) Become(command, core, log, in[0], out[1]);
  close(in[0]);
  if (talks) close(out[1]);
  to_ = in[1];
  from_ = out[0];
  pid_descriptor_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  if (pid_ < 0 || pid_descriptor_ < 0) Fail("cannot be started");
}

Child::~Child() {
  close(to_);
  kill(pid_, SIGTERM);
  if (!WaitForEnd(kEndPatience)) kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  close(pid_descriptor_);
  if (from_ >= 0) close(from_);
}

int Child::AwaitPort(const std::string& ports_file, const std::string& key) {
  for (absl::Duration waited; !std::filesystem::exists(ports_file); waited += kLook) {
    if (WaitForEnd(kLook)) Fail("ended before it served");
    if (waited > kPatience) Fail("does not serve");
  }
  std::ifstream file(ports_file);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const std::string mark = absl::StrCat("\"", key, "\":");
  const std::size_t found = text.find(mark);
  if (found == std::string::npos) Fail(absl::StrCat("names no ", key, " in its ports file"));
  return std::atoi(text.c_str() + found + mark.size());
}

std::string Child::Ask(const std::string& line) {
  const std::string sent = line + "\n";
  if (write(to_, sent.data(), sent.size()) != static_cast<ssize_t>(sent.size())) Fail("does not listen");
  std::string answer;
  for (char byte = 0; byte != '\n'; answer.push_back(byte)) {
    if (!WaitFor(from_, kPatience) || read(from_, &byte, 1) != 1) Fail("does not answer");
  }
  return answer;
}

absl::Duration Child::CpuTime() const {
  absl::Duration total;
  for (const auto& thread : std::filesystem::directory_iterator(absl::StrCat("/proc/", pid_, "/task"))) {
    std::int64_t nanoseconds = 0;
    std::ifstream(thread.path() / "schedstat") >> nanoseconds;
    total += absl::Nanoseconds(nanoseconds);
  }
  return total;
}

std::int64_t Child::ResidentBytes() const {
  std::int64_t whole = 0;
  std::int64_t resident = 0;
  std::ifstream(absl::StrCat("/proc/", pid_, "/statm")) >> whole >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

std::int64_t Child::PeakResidentBytes() const {
  std::ifstream status(absl::StrCat("/proc/", pid_, "/status"));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::atoll(line.c_str() + 6) * 1024;
  }
  return 0;
}

void Child::Settle() const {
  for (absl::Duration before = CpuTime();;) {
    if (WaitForEnd(kLook)) Fail("ended");
    const absl::Duration now = CpuTime();
    if (now == before) return;
    before = now;
  }
}

bool Child::WaitForEnd(absl::Duration patience) const { return WaitFor(pid_descriptor_, patience); }

void Child::Fail(const std::string& why) const {
  std::cerr << "bench: " << name_ << " " << why << "\n" << std::ifstream(log_).rdbuf();
  std::exit(1);
}

void StayOn(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(core), &set);
  sched_setaffinity(0, sizeof set, &set);
}

absl::Duration IdleTime() {
  // `cpu user nice system idle iowait …` of all cores, in hundredths of a second.
  std::ifstream file("/proc/stat");
  std::string cpu;
  std::int64_t user, nice, system, idle = 0, waiting = 0;
  file >> cpu >> user >> nice >> system >> idle >> waiting;
  return absl::Milliseconds(10) * (idle + waiting);
}

}  // namespace taskgateway::bench
