#pragma once

#include "registry/detail/session.hpp"
#include "registry/registry.hpp"

#include <filesystem>
#include <string>

namespace tinystacks::registry::detail {

/// Carries one image from a repository to another.
class Copier {
public:
    /// All are referenced.
    Copier(Session& session, const Repository& from, const Repository& to, const Interruption& interruption);

    /// See Client::copy().
    void copy(const Digest& digest, std::string_view tag);

private:
    struct Manifest {
        std::string bytes;
        std::string type;
    };

    [[nodiscard]] Manifest fetch_manifest(const Digest& digest);
    void put_manifest(const Manifest& manifest, const Digest& digest, std::string_view reference);
    void copy_parts(const Manifest& manifest, int depth);
    void copy_blob(const Digest& digest);
    [[nodiscard]] bool has(const std::string& path);
    [[nodiscard]] http::Exchange mount_or_begin(const Digest& digest);
    [[nodiscard]] http::Exchange move_blob(const Digest& digest, const std::filesystem::path& file);
    void download(const Digest& digest, const std::filesystem::path& file);
    [[nodiscard]] http::Response get_blob(http::Request request, const std::filesystem::path& file);

    Session& session_;
    const Repository& from_;
    const Repository& to_;
    const Interruption& interruption_;
};

}  // namespace tinystacks::registry::detail
