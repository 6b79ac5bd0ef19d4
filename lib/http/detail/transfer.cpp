#include "http/detail/transfer.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "http/address.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace tinystacks::http::detail {
namespace {

constexpr long stall_bytes_per_second = 1024;
constexpr long idle_seconds = 60;
constexpr long reverify_seconds = 600;
constexpr std::size_t header_limit = 256 << 10;  ///< of all headers together; no server of ours sends a tenth of it

/// Source: RFC 9110, section 5.6.2 (token).
bool is_token(std::string_view text)
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               marks.find(c) != std::string_view::npos;
    });
}

bool has_control(std::string_view text)
{
    return std::ranges::any_of(text, [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7F; });
}

bool may_have_body(const std::string& method)
{
    return method == "POST" || method == "PUT" || method == "PATCH";
}

curl_off_t size_of(const Descriptor& file, const std::filesystem::path& path)
{
    struct stat about = {};
    if (::fstat(file.number(), &about) != 0 || !S_ISREG(about.st_mode)) {
        throw Error(ErrorKind::invalid_input, "'{}' is not a regular file", path.string());
    }
    return about.st_size;
}

/// What a request to the same host will meet again: its certificate cannot be trusted.
bool is_distrust(CURLcode code)
{
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
           code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CRL_BADFILE;
}

}  // namespace

Transfer::Transfer(const CurlLibrary& curl, const Request& request, const Route& route, const OnBody& on_body)
    : curl_(curl), request_(request), on_body_(on_body), target_(parse_target(curl, request.url, request.clear_text)),
      headers_(nullptr, curl.slist_free_all), easy_(curl.easy_init(), curl.easy_cleanup)
{
    if (!easy_) {
        throw Error(ErrorKind::failed, "libcurl has no memory for a request");
    }
    set(CURLOPT_ERRORBUFFER, words_.data());
    set(CURLOPT_CURLU, target_.url.get());
    set_security(route);
    set_method();
    set_headers();
    set_limits(route.limits);
    set_reach(route);
    set(CURLOPT_HEADERFUNCTION, &Transfer::take_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Transfer::take_body);
    set(CURLOPT_WRITEDATA, this);
}

template <typename Value>
void Transfer::set(CURLoption option, Value value)
{
    if (const auto code = curl_.easy_setopt(easy_.get(), option, value); code != CURLE_OK) {
        throw Error(ErrorKind::failed, "libcurl refuses its option {}: {}", static_cast<int>(option),
                    curl_.easy_strerror(code));
    }
}

void Transfer::set_security(const Route& route)
{
    const char* protocols = target_.may_be_clear ? "http,https" : "https";
    if (curl_.easy_setopt(easy_.get(), CURLOPT_PROTOCOLS_STR, protocols) == CURLE_UNKNOWN_OPTION) {
        constexpr auto protocols_by_bits = static_cast<CURLoption>(CURLOPTTYPE_LONG + 181);  // before libcurl 7.85
        set(protocols_by_bits, target_.may_be_clear ? CURLPROTO_HTTP | CURLPROTO_HTTPS : CURLPROTO_HTTPS);
    }
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!route.trusted.empty()) {
        set(CURLOPT_CAINFO, route.trusted.c_str());
        set(CURLOPT_PROXY_CAINFO, route.trusted.c_str());
    }
    // Both are always set: where they are not, libcurl asks the environment of the process.
    const bool direct = target_.direct || target_.host.starts_with("169.254.");
    set(CURLOPT_PROXY, direct ? "" : route.proxy.c_str());
    set(CURLOPT_NOPROXY, route.no_proxy.c_str());
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

void Transfer::set_method()
{
    if (!is_token(request_.method)) {
        throw Error(ErrorKind::invalid_input, "'{}' is no HTTP method", printable(request_.method));
    }
    if (!request_.body_file.empty()) {
        file_ = open_file(request_.body_file, O_RDONLY | O_NONBLOCK);
        set(CURLOPT_UPLOAD, 1L);
        set(CURLOPT_INFILESIZE_LARGE, size_of(file_, request_.body_file));
        set(CURLOPT_READFUNCTION, &Transfer::give_body);
        set(CURLOPT_READDATA, this);
        set(CURLOPT_SEEKFUNCTION, &Transfer::rewind_body);
        set(CURLOPT_SEEKDATA, this);
    } else if (!request_.body.empty() || may_have_body(request_.method)) {
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
        set(CURLOPT_POSTFIELDS, request_.body.data());  // not copied
    } else if (request_.method == "HEAD") {
        set(CURLOPT_NOBODY, 1L);
        return;
    }
    set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

void Transfer::set_headers()
{
    bool has_type = false;
    for (const auto& [name, value] : request_.headers) {
        if (!is_token(name) || has_control(value)) {
            throw Error(ErrorKind::invalid_input, "header '{}' holds a character that no header may hold",
                        printable(name));
        }
        has_type = has_type || to_lower(name) == "content-type";
        add_header_line(value.empty() ? name + ";" : name + ": " + value);  // "name:" would take the header away
    }
    if (!has_type) {
        add_header_line("Content-Type:");  // libcurl would say that a form follows
    }
    add_header_line("Expect:");  // without it libcurl waits a second for servers that do not know "100-continue"
    set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_USERAGENT, "tinystacks/" TS_VERSION);
}

void Transfer::set_limits(const NetworkLimits& limits)
{
    if (request_.timeout <= std::chrono::milliseconds::zero()) {
        throw Error(ErrorKind::invalid_input, "the request to '{}' has no time limit", target_.shown);
    }
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FRESH_CONNECT, request_.once ? 1L : 0L);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request_.timeout.count()));
    if (!request_.may_be_silent) {
        set(CURLOPT_LOW_SPEED_LIMIT, stall_bytes_per_second);
        set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.stall.count()));
    }
    // Only better where known: what a kept connection may be used for, and an end that does not wait for a name server.
    (void)curl_.easy_setopt(easy_.get(), CURLOPT_MAXAGE_CONN, idle_seconds);
    (void)curl_.easy_setopt(easy_.get(), CURLOPT_MAXLIFETIME_CONN, reverify_seconds);
    (void)curl_.easy_setopt(easy_.get(), CURLOPT_QUICK_EXIT, 1L);
}

/// Where a URL that a server named may lead.
void Transfer::set_reach(const Route& route)
{
    const auto host = to_lower(target_.host);
    if (request_.named_by == NamedBy::operator_ || std::ranges::find(route.allowed, host) != route.allowed.end()) {
        return;
    }
    if (is_inside(host)) {
        led_inside_ = true;
        fail(CURLE_COULDNT_CONNECT);
    }
    if (!route.proxy.empty()) {
        set(CURLOPT_NOPROXY, "");  // the addresses are the proxy's to look at, so no name may lead past it
        return;
    }
    set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
    set(CURLOPT_OPENSOCKETDATA, this);
}

void Transfer::add_header_line(std::string_view line)
{
    auto* longer = curl_.slist_append(headers_.get(), std::string(line).c_str());
    if (longer == nullptr) {
        throw Error(ErrorKind::failed, "libcurl has no memory for a header");
    }
    (void)headers_.release();  // it is the same list, or was empty
    headers_.reset(longer);
}

std::size_t Transfer::take_header(char* bytes, std::size_t one, std::size_t size, void* self) noexcept
{
    auto& transfer = *static_cast<Transfer*>(self);
    const std::string_view line(bytes, one * size);
    transfer.header_bytes_ += line.size();
    if (transfer.header_bytes_ > header_limit) {
        return CURL_WRITEFUNC_ERROR;
    }
    const auto colon = line.find(':');
    if (transfer.body_began_) {
        return line.size();  // a trailer must not pass for a header
    }
    if (line.starts_with("HTTP/")) {
        transfer.response_.headers.clear();  // what came before belonged to an interim answer (1xx)
    } else if (colon != std::string_view::npos) {
        transfer.response_.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    }
    return line.size();
}

std::size_t Transfer::take_body(char* bytes, std::size_t one, std::size_t size, void* self) noexcept
{
    auto& transfer = *static_cast<Transfer*>(self);
    transfer.body_began_ = true;
    try {
        if (transfer.on_body_) {
            transfer.on_body_({bytes, one * size});
        }
        return one * size;
    } catch (...) {
        transfer.thrown_ = std::current_exception();
        return CURL_WRITEFUNC_ERROR;
    }
}

std::size_t Transfer::give_body(char* bytes, std::size_t one, std::size_t size, void* self) noexcept
{
    const auto& transfer = *static_cast<Transfer*>(self);
    while (true) {
        const auto got = ::read(transfer.file_.number(), bytes, one * size);
        if (got >= 0) {
            return static_cast<std::size_t>(got);
        }
        if (errno != EINTR) {
            return CURL_READFUNC_ABORT;
        }
    }
}

/// Called with every address of the host before it is connected to: what it is called by now does not matter.
curl_socket_t Transfer::open_socket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) noexcept
{
    auto& transfer = *static_cast<Transfer*>(self);
    if (!is_public(address->addr)) {
        transfer.led_inside_ = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int Transfer::rewind_body(void* self, curl_off_t offset, int origin) noexcept
{
    const auto& transfer = *static_cast<Transfer*>(self);
    return ::lseek(transfer.file_.number(), offset, origin) < 0 ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

Response Transfer::finish(CURLcode code)
{
    if (thrown_) {
        std::rethrow_exception(thrown_);
    }
    if (code != CURLE_OK) {
        fail(code);
    }
    long status = 0;
    (void)curl_.easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    return std::move(response_);
}

void Transfer::fail(CURLcode code) const
{
    if (led_inside_ && code == CURLE_COULDNT_CONNECT) {
        throw Error(ErrorKind::not_allowed,
                    "a server sends us on to '{}', whose address is not public: this machine and the networks inside "
                    "are reached only where the operator says so",
                    target_.shown)
            .with_hint(fmt::format("export TINYSTACKS_ALLOW_HOSTS={}", printable(target_.host)));
    }
    // libcurl's words about a proxy repeat its URL, and with it a password.
    const bool repeats_proxy = code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_PROXY;
    const auto words = printable(trim(words_[0] == '\0' || repeats_proxy ? curl_.easy_strerror(code) : words_.data()));
    if (header_bytes_ > header_limit) {
        throw Unanswered(Error(ErrorKind::failed, "the answer from '{}' has more than {} bytes of headers",
                               target_.shown, header_limit));
    }
    if (is_distrust(code)) {
        throw Error(ErrorKind::unavailable, "the certificate of '{}' cannot be trusted: {}", target_.shown, words)
            .with_hint("export SSL_CERT_FILE=/path/to/ca-certificates.pem");
    }
    if (header_bytes_ != 0) {
        throw Unanswered(Error(ErrorKind::failed, "the answer from '{}' broke off: {}", target_.shown, words));
    }
    const Error error(ErrorKind::failed, "no answer from '{}': {}", target_.shown, words);
    long sent = 0;
    (void)curl_.easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &sent);
    if (sent > 0) {
        throw Unanswered(error);
    }
    throw Error(error);
}

}  // namespace tinystacks::http::detail
