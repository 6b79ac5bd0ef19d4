#pragma once

#include "connection/connection.hpp"
#include "process/launcher.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::connection {

/// What is stored of ways in: `connections.json` says which there are, and each one's secret rests in the desktop's
/// keyring where that answers within three seconds, else in `credentials.json`.
///
/// Both files are ours alone: mode 0600 in a folder that each change brings to mode 0700, replaced whole, never
/// followed as links. A file that others can read or write is refused with Error{failed} naming the chmod that mends
/// it. Several processes may write at once; each change is made under a lock file. Source: security requirements CR-01,
/// CR-02 and CR-14.
class Store {
public:
    struct Parts {
        std::filesystem::path directory;   ///< $XDG_CONFIG_HOME/tinystacks
        process::Environment environment;  ///< DBUS_SESSION_BUS_ADDRESS and PATH: whether there is a keyring
        process::MakeLauncher make_launcher;
    };
    explicit Store(Parts parts) : parts_(std::move(parts)) {}

    /// In the order of kind and address.
    [[nodiscard]] std::vector<Connection> list() const;
    [[nodiscard]] std::optional<Connection> find(Kind kind, std::string_view address) const;
    /// The connection for exactly this API, however its URL is written.
    [[nodiscard]] std::optional<Connection> find_api(std::string_view url) const;
    /// Empty when there is no secret or it is gone from where it was kept. Throws Error{unavailable} when the keyring
    /// does not answer.
    [[nodiscard]] std::optional<Tokens> find_tokens(const Connection& connection) const;

    /// Stores a connection in the place of one of the same kind and address; where its secret rests now. The secret is
    /// written first, so that no connection stands without one.
    Keeper put(Connection connection, const Tokens& tokens);
    /// Removes a connection with its secret, and makes its API the default no longer.
    void remove(const Connection& connection);

    /// A new pair and until when it is good.
    struct Renewed {
        Tokens tokens;
        std::optional<Time> expires_at;
    };
    /// The tokens of a connection after `renew` made new ones of the stored. `renew` is called by one process at a time
    /// and gets what is stored by then: it returns nothing when another process has renewed them already. The new pair
    /// is on disk before this returns. Throws Error{unauthenticated} when there is nothing to renew, and what `renew`
    /// throws.
    [[nodiscard]] Tokens renew(const Connection& connection,
                               const std::function<std::optional<Renewed>(const Connection&, const Tokens&)>& renew);

    /// The URL of the API that commands use when nothing else says which.
    [[nodiscard]] std::optional<std::string> default_api() const;
    void set_default_api(std::string_view url);

private:
    struct Contents;

    [[nodiscard]] Contents read() const;
    void write(const Contents& contents) const;
    /// Where the tokens rest now: in the keyring, else in the file, and no longer in the other.
    [[nodiscard]] Keeper keep(const Connection& connection, const Tokens& tokens) const;
    void forget(const Connection& connection) const;

    Parts parts_;
};

}  // namespace tinystacks::connection
