#include "tests/drill/gateway_process.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "grpcpp/grpcpp.h"

extern char** environ;

namespace taskgateway::drill {

GatewayProcess::GatewayProcess(std::string config, std::string address, std::string log)
    : config_(std::move(config)), address_(std::move(address)), log_(std::move(log)) {}

GatewayProcess::~GatewayProcess() {
  if (pid_ > 0) Stop(absl::ZeroDuration());
}

bool GatewayProcess::Start() {
  std::vector<std::string> arguments = {TASKGATEWAY_BINARY_DIR "/taskgateway", "--config", config_, "--listen",
                                        address_};
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const bool spawned = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  grpc::ChannelArguments fresh;
  fresh.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  fresh.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 100);
  return spawned && grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), fresh)
                        ->WaitForConnected(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
}

int GatewayProcess::Stop(absl::Duration patience) {
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  kill(pid_, SIGTERM);
  pollfd ended = {.fd = descriptor, .events = POLLIN, .revents = 0};
  const bool in_time = poll(&ended, 1, static_cast<int>(absl::ToInt64Milliseconds(patience))) == 1;
  close(descriptor);
  if (!in_time) kill(pid_, SIGKILL);
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  if (!in_time) return -2;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int FreePort() {
  const int socket_descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bind(socket_descriptor, reinterpret_cast<sockaddr*>(&address), size);
  getsockname(socket_descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  close(socket_descriptor);
  return ntohs(address.sin_port);
}

}  // namespace taskgateway::drill
