#pragma once

#include "aws/client.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tinystacks::aws {

/// What becomes of an object that has the key already.
enum class Overwrite { allowed, refused };
/// Whether an object was stored, or one of its key existed that was not to be overwritten.
enum class Stored { yes, exists };

struct PutOptions {
    std::string content_type = "application/octet-stream";
    Overwrite overwrite = Overwrite::allowed;
};

struct ObjectInfo {
    std::string key;
    std::uint64_t size = 0;
    std::string etag;
    std::string content_type;         ///< empty in a list
    std::optional<Time> modified_at;  ///< to the second
};

struct Object {
    ObjectInfo info;
    std::string body;
};

struct ObjectPage {
    std::vector<ObjectInfo> objects;  ///< in the order of their keys' bytes
    std::string next;                 ///< continues; empty at the end
};

/// Amazon S3, for objects of a bucket in the client's region. Throws as Client::send(), and Error{invalid_input} for
/// what is no bucket's name.
///
/// A caller who may not list the bucket gets not_allowed instead of empty for an object that does not exist. Source:
/// Amazon S3 API Reference, GetObject.
class S3 {
public:
    explicit S3(Client& client) : client_(client) {}

    /// Refusing to overwrite holds against everybody who writes at the same time (If-None-Match: *). Such a put is sent
    /// once only: when no answer comes, the object may be stored or not. Throws Refusal{conflict} when another put of
    /// the same key was under way: then nothing was stored by this one.
    Stored put_object(const std::string& bucket, const std::string& key, std::string body,
                      const PutOptions& options = {}, const Interruption& interruption = {});
    /// The same with a file as the body, of 5 GiB at most, which is never in memory as a whole.
    Stored put_file(const std::string& bucket, const std::string& key, const std::filesystem::path& file,
                    const PutOptions& options = {}, const Interruption& interruption = {});
    /// An object of at most 10 MiB.
    [[nodiscard]] std::optional<Object> get_object(const std::string& bucket, const std::string& key,
                                                   const Interruption& interruption = {});
    [[nodiscard]] std::optional<ObjectInfo> head_object(const std::string& bucket, const std::string& key,
                                                        const Interruption& interruption = {});
    /// Objects whose keys begin with `prefix`, at most `limit` of them, and never more than 1,000. `next`: empty, or of
    /// the page before. `after`: only keys behind this one, for the first page.
    [[nodiscard]] ObjectPage list_objects(const std::string& bucket, const std::string& prefix,
                                          const std::string& next = {}, const std::string& after = {},
                                          const Interruption& interruption = {}, int limit = 1000);

private:
    Client& client_;
};

}  // namespace tinystacks::aws
