#include "http/curl_transport.hpp"

#include "base/crash_point.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "http/detail/curl_library.hpp"
#include "http/detail/transfer.hpp"

#include <mutex>
#include <utility>

namespace tinystacks::http {
namespace {

using detail::CurlLibrary;
using detail::Multi;

constexpr int poll_milliseconds = 1000;

std::string first_of(const std::map<std::string, std::string>& environment, std::initializer_list<const char*> names)
{
    for (const auto* name : names) {
        if (const auto found = environment.find(name); found != environment.end() && !found->second.empty()) {
            return found->second;
        }
    }
    return {};
}

std::vector<std::string> names_in(std::string_view list)
{
    std::vector<std::string> names;
    for (const auto name : split(list, ',')) {
        names.push_back(to_lower(trim(name)));
    }
    return names;
}

/// A transfer's stay in a multi handle.
class Stay {
public:
    Stay(const CurlLibrary& curl, CURLM* multi, CURL* easy) : curl_(curl), multi_(multi), easy_(easy)
    {
        check(curl_.multi_add_handle(multi_, easy_));
    }
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;
    ~Stay() { (void)curl_.multi_remove_handle(multi_, easy_); }

    /// Blocks until the transfer ends. Throws Interrupted.
    CURLcode until_end(const Interruption& interruption)
    {
        const auto wake = [this] { (void)curl_.multi_wakeup(multi_); };
        const std::stop_callback on_gently(interruption.gently, wake);
        const std::stop_callback on_now(interruption.now, wake);
        while (true) {
            if (interruption.requested()) {
                throw Interrupted();
            }
            int running = 0;
            check(curl_.multi_perform(multi_, &running));
            int left = 0;
            while (const auto* message = curl_.multi_info_read(multi_, &left)) {
                if (message->msg == CURLMSG_DONE) {
                    return message->data.result;
                }
            }
            check(curl_.multi_poll(multi_, nullptr, 0, poll_milliseconds, nullptr));
        }
    }

private:
    void check(CURLMcode code) const
    {
        if (code != CURLM_OK) {
            throw Error(ErrorKind::failed, "libcurl: {}", curl_.multi_strerror(code));
        }
    }

    const CurlLibrary& curl_;
    CURLM* multi_;
    CURL* easy_;
};

}  // namespace

/// How to connect, and the connections no request uses now: each multi handle serves one request at a time.
struct CurlTransport::Connections {
    detail::Route route;
    std::mutex mutex;
    std::vector<Multi> idle;

    Multi take(const CurlLibrary& curl)
    {
        const std::lock_guard lock(mutex);
        if (idle.empty()) {
            return {curl.multi_init(), curl.multi_cleanup};
        }
        auto multi = std::move(idle.back());
        idle.pop_back();
        return multi;
    }

    void give_back(Multi multi)
    {
        const std::lock_guard lock(mutex);
        idle.push_back(std::move(multi));
    }
};

CurlTransport::CurlTransport(const std::map<std::string, std::string>& environment, const NetworkLimits& limits)
    : connections_(std::make_unique<Connections>())
{
    connections_->route = {first_of(environment, {"https_proxy", "HTTPS_PROXY"}),
                           first_of(environment, {"no_proxy", "NO_PROXY"}),
                           first_of(environment, {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}),
                           names_in(first_of(environment, {"TINYSTACKS_ALLOW_HOSTS"})), limits};
}

CurlTransport::~CurlTransport() = default;

Response CurlTransport::send(const Request& request, const OnBody& on_body, const Interruption& interruption)
{
    if (interruption.requested()) {
        throw Interrupted();
    }
    const auto& curl = detail::curl_library();
    detail::Transfer transfer(curl, request, connections_->route, on_body);
    auto multi = connections_->take(curl);
    if (!multi) {
        throw Error(ErrorKind::failed, "libcurl has no memory for a connection");
    }
    CURLcode code = CURLE_OK;
    {
        Stay stay(curl, multi.get(), transfer.handle());
        code = stay.until_end(interruption);
    }
    if (request.method != "GET" && request.method != "HEAD") {
        crash_point("a server was asked to change something");
    }
    connections_->give_back(std::move(multi));  // after an exception it is closed instead
    return transfer.finish(code);
}

}  // namespace tinystacks::http
