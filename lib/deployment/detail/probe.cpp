#include "deployment/detail/probe.hpp"

#include "base/file.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace tinystacks::deployment {

bool port_accepts(int port, std::chrono::milliseconds keep)
{
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!socket || ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return false;
    }
    pollfd wait = {socket.number(), POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(keep.count())) == 0) {
        return true;
    }
    char byte = 0;
    return ::recv(socket.number(), &byte, 1, MSG_PEEK) > 0;  // a server that speaks first
}

}  // namespace tinystacks::deployment
