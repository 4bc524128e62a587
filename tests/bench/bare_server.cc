#include "tests/bench/bare_server.h"

#include <cstdio>
#include <fstream>
#include <memory>

namespace taskgateway::bench {

int Serve(grpc::Service& service, const std::string& ports_file) {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) return 1;
  const std::string draft = ports_file + ".next";
  std::ofstream(draft) << "{\"grpc\": " << port << "}\n";
  if (std::rename(draft.c_str(), ports_file.c_str()) != 0) return 1;
  server->Wait();
  return 0;
}

}  // namespace taskgateway::bench
