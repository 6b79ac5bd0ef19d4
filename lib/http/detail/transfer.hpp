#pragma once

#include "base/file.hpp"
#include "http/curl_transport.hpp"
#include "http/detail/curl_library.hpp"
#include "http/detail/target.hpp"
#include "http/transport.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::http::detail {

/// What the operator decided of how we connect.
struct Route {
    std::string proxy;
    std::string no_proxy;
    std::string trusted;               ///< a file of certificates; empty: the system's
    std::vector<std::string> allowed;  ///< hosts to which a server's URLs may lead, wherever they are
    NetworkLimits limits;
};

/// One exchange as libcurl sees it: an easy handle with its options, and what arrives. libcurl points at it, so it
/// stays where it is.
class Transfer {
public:
    /// `request` and `on_body` are referenced. Throws Error{invalid_input} for a request that cannot be sent.
    Transfer(const CurlLibrary& curl, const Request& request, const Route& route, const OnBody& on_body);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    [[nodiscard]] CURL* handle() const { return easy_.get(); }
    /// The response, once libcurl has ended with `code`. Throws what went wrong, or what `on_body` threw.
    [[nodiscard]] Response finish(CURLcode code);

private:
    static std::size_t take_header(char* bytes, std::size_t one, std::size_t size, void* self) noexcept;
    static std::size_t take_body(char* bytes, std::size_t one, std::size_t size, void* self) noexcept;
    static std::size_t give_body(char* bytes, std::size_t one, std::size_t size, void* self) noexcept;
    static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address) noexcept;
    static int rewind_body(void* self, curl_off_t offset, int origin) noexcept;

    template <typename Value>
    void set(CURLoption option, Value value);
    void set_security(const Route& route);
    void set_method();
    void set_headers();
    void set_limits(const NetworkLimits& limits);
    void set_reach(const Route& route);
    void add_header_line(std::string_view line);
    [[noreturn]] void fail(CURLcode code) const;

    const CurlLibrary& curl_;
    const Request& request_;
    const OnBody& on_body_;
    Target target_;
    Descriptor file_;
    Response response_;
    std::size_t header_bytes_ = 0;
    bool body_began_ = false;
    bool led_inside_ = false;  ///< an address was refused
    std::exception_ptr thrown_;
    std::array<char, CURL_ERROR_SIZE> words_{};
    std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers_;
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;  ///< last: ends before what it points at
};

}  // namespace tinystacks::http::detail
