#include "docker/engine.hpp"

#include "base/file.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

namespace tinystacks::docker {
namespace {

Descriptor make_socket()
{
    return Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

}  // namespace

bool in_use(int port)
{
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    const auto client = make_socket();
    if (::connect(client.number(), generic, sizeof address) == 0) {
        return true;
    }
    // A socket that is bound and does not listen blocks the port too.
    const auto server = make_socket();
    const int yes = 1;
    (void)::setsockopt(server.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    return ::bind(server.number(), generic, sizeof address) != 0 && errno == EADDRINUSE;
}

}  // namespace tinystacks::docker
