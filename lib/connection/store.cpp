#include "connection/store.hpp"

#include "base/error.hpp"
#include "connection/detail/files.hpp"
#include "connection/detail/keyring.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tinystacks::connection {
namespace {

using nlohmann::json;

constexpr int version = 1;

/// How a connection is called among secrets.
std::string name_of(const Connection& connection)
{
    return fmt::format("{} {}", to_string(connection.kind), connection.address);
}

bool same_way(const Connection& one, const Connection& other)
{
    return one.kind == other.kind && one.address == other.address;
}

json to_json(const Tokens& tokens)
{
    return {{"access_token", tokens.access.reveal()}, {"refresh_token", tokens.refresh.reveal()}};
}

/// Empty for anything that we did not write.
std::optional<Tokens> find_tokens_in(const json& object)
{
    const auto text = [&](const char* name) {
        const auto value = object.is_object() ? object.value(name, json()) : json();
        return value.is_string() ? value.get<std::string>() : std::string();
    };
    if (text("access_token").empty()) {
        return std::nullopt;
    }
    return Tokens{Secret(text("access_token")), Secret(text("refresh_token"))};
}

std::filesystem::path credentials_file(const std::filesystem::path& directory)
{
    return directory / "credentials.json";
}

/// What of ours is in a file; an empty object when there is none. Throws Error{invalid_input} for what another version
/// wrote, which would be lost when we write ours.
json read_ours(const std::filesystem::path& file)
{
    auto object = detail::read_private(file);
    if (!object.empty() && object.value("version", json()) != version) {
        throw Error(ErrorKind::invalid_input, "'{}' was written by another version of tinystacks", file.string());
    }
    return object;
}

/// Everything in credentials.json, by name.
json read_credentials(const std::filesystem::path& directory)
{
    const auto file = credentials_file(directory);
    auto credentials = read_ours(file).value("credentials", json::object());
    if (!credentials.is_object()) {
        throw Error(ErrorKind::invalid_input, "'{}' holds no credentials that can be read", file.string());
    }
    return credentials;
}

void write_credentials(const std::filesystem::path& directory, const json& credentials)
{
    detail::write_private(credentials_file(directory), {{"version", version}, {"credentials", credentials}});
}

}  // namespace

struct Store::Contents {
    std::vector<Connection> connections;
    std::string default_api;
};

Store::Contents Store::read() const
{
    const auto file = parts_.directory / "connections.json";
    const auto object = read_ours(file);
    Contents contents;
    const auto preferred = object.value("default", json());
    contents.default_api = preferred.is_string() ? preferred.get<std::string>() : std::string();
    try {
        for (const auto& each : object.value("connections", json::array())) {
            contents.connections.push_back(parse_connection(each));
        }
    } catch (const Error& error) {
        throw error.at({file.string()});
    }
    return contents;
}

void Store::write(const Contents& contents) const
{
    auto connections = json::array();
    for (const auto& each : contents.connections) {
        connections.push_back(connection::to_json(each));
    }
    detail::write_private(parts_.directory / "connections.json",
                          {{"version", version},
                           {"default", contents.default_api.empty() ? json(nullptr) : json(contents.default_api)},
                           {"connections", std::move(connections)}});
}

Keeper Store::keep(const Connection& connection, const Tokens& tokens) const
{
    if (tokens.access.empty()) {
        return Keeper::none;
    }
    const auto name = name_of(connection);
    const detail::Keyring keyring(parts_.environment, parts_.make_launcher);
    auto credentials = read_credentials(parts_.directory);
    if (keyring.store(name, Secret(to_json(tokens).dump()))) {
        if (credentials.erase(name) > 0) {
            write_credentials(parts_.directory, credentials);
        }
        return Keeper::keyring;
    }
    credentials[name] = to_json(tokens);
    write_credentials(parts_.directory, credentials);
    return Keeper::file;
}

void Store::forget(const Connection& connection) const
{
    if (connection.keeper == Keeper::keyring) {
        detail::Keyring(parts_.environment, parts_.make_launcher).clear(name_of(connection));
    }
    auto credentials = read_credentials(parts_.directory);
    if (credentials.erase(name_of(connection)) > 0) {
        write_credentials(parts_.directory, credentials);
    }
}

std::vector<Connection> Store::list() const
{
    auto connections = read().connections;
    std::ranges::sort(connections, {}, [](const Connection& each) { return std::pair(each.kind, each.address); });
    return connections;
}

std::optional<Connection> Store::find(Kind kind, std::string_view address) const
{
    const auto connections = read().connections;
    const auto found = std::ranges::find_if(
        connections, [&](const Connection& each) { return each.kind == kind && each.address == address; });
    return found == connections.end() ? std::nullopt : std::optional(*found);
}

std::optional<Connection> Store::find_api(std::string_view url) const
{
    return find(Kind::api, normalised_url(url));
}

std::optional<Tokens> Store::find_tokens(const Connection& connection) const
{
    if (connection.keeper == Keeper::keyring) {
        const detail::Keyring keyring(parts_.environment, parts_.make_launcher);
        const auto secret = keyring.find(name_of(connection));
        return secret ? find_tokens_in(json::parse(secret->reveal(), nullptr, false)) : std::nullopt;
    }
    return find_tokens_in(read_credentials(parts_.directory).value(name_of(connection), json()));
}

Keeper Store::put(Connection connection, const Tokens& tokens)
{
    const detail::Lock lock(parts_.directory / "lock");
    auto contents = read();
    connection.keeper = keep(connection, tokens);
    const auto old =
        std::ranges::find_if(contents.connections, [&](const Connection& each) { return same_way(each, connection); });
    const bool left_in_keyring = old != contents.connections.end() && old->keeper == Keeper::keyring;
    const auto keeper = connection.keeper;
    if (left_in_keyring && keeper != Keeper::keyring) {
        detail::Keyring(parts_.environment, parts_.make_launcher).clear(name_of(connection));
    }
    if (old == contents.connections.end()) {
        contents.connections.push_back(std::move(connection));
    } else {
        *old = std::move(connection);
    }
    write(contents);
    return keeper;
}

void Store::remove(const Connection& connection)
{
    const detail::Lock lock(parts_.directory / "lock");
    auto contents = read();
    forget(connection);
    std::erase_if(contents.connections, [&](const Connection& each) { return same_way(each, connection); });
    if (connection.kind == Kind::api && contents.default_api == connection.address) {
        contents.default_api.clear();
    }
    write(contents);
}

Tokens Store::renew(const Connection& connection,
                    const std::function<std::optional<Renewed>(const Connection&, const Tokens&)>& renew)
{
    const detail::Lock lock(parts_.directory / "lock");
    auto contents = read();
    const auto stored =
        std::ranges::find_if(contents.connections, [&](const Connection& each) { return same_way(each, connection); });
    const auto tokens = stored == contents.connections.end() ? std::nullopt : find_tokens(*stored);
    if (!tokens) {
        throw Error(ErrorKind::unauthenticated, "the connection to '{}' has no token any more", connection.address)
            .with_hint(fmt::format("tinystacks connect {} --host {}", to_string(connection.kind), connection.address));
    }
    const auto renewed = renew(*stored, *tokens);
    if (!renewed) {
        return *tokens;
    }
    stored->keeper = keep(*stored, renewed->tokens);
    stored->expires_at = renewed->expires_at;
    stored->renews = !renewed->tokens.refresh.empty();
    write(contents);
    return renewed->tokens;
}

std::optional<std::string> Store::default_api() const
{
    const auto url = read().default_api;
    return url.empty() ? std::nullopt : std::optional(url);
}

void Store::set_default_api(std::string_view url)
{
    const detail::Lock lock(parts_.directory / "lock");
    auto contents = read();
    contents.default_api = normalised_url(url);
    write(contents);
}

}  // namespace tinystacks::connection
