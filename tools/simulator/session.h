// One connection: reads requests, sends replies, mishaps included.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "tools/simulator/cloud.h"

namespace taskgateway::simulator {

// Serve a connection until either side closes it; the session owns itself. `cloud` and `tls` outlive the io_context.
// The simulator's thread only. The control endpoint answers on plain connections only.
void StartSession(boost::asio::ip::tcp::socket socket, Cloud& cloud);
void StartTlsSession(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& tls, Cloud& cloud);

}  // namespace taskgateway::simulator
