#include "log/event.hpp"

namespace tinystacks::log {

std::string_view to_string(Channel channel)
{
    switch (channel) {
    case Channel::build:
        return "build";
    case Channel::release:
        return "release";
    case Channel::deployment:
        return "deployment";
    case Channel::runtime:
        return "runtime";
    }
    return "build";
}

std::string_view to_string(Source source)
{
    return source == Source::output ? "output" : "tinystacks";
}

std::optional<Channel> find_channel(std::string_view text)
{
    for (const auto channel : {Channel::build, Channel::release, Channel::deployment, Channel::runtime}) {
        if (to_string(channel) == text) {
            return channel;
        }
    }
    return std::nullopt;
}

}  // namespace tinystacks::log
