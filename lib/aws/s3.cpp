#include "aws/s3.hpp"

#include "aws/detail/json.hpp"
#include "aws/detail/xml.hpp"
#include "aws/error.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "http/date.hpp"
#include "http/url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace tinystacks::aws {
namespace {

using nlohmann::json;

constexpr std::uint64_t largest_put = std::uint64_t{5} << 30;
/// A link slower than this is taken for broken.
constexpr std::uint64_t slowest_bytes_per_second = std::uint64_t{64} << 10;

/// Whether `name` can be part of a host name as a bucket. Source: Amazon S3 User Guide, "General purpose bucket naming
/// rules".
bool is_bucket(std::string_view name)
{
    const auto edge = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return name.size() >= 3 && name.size() <= 63 && edge(name.front()) && edge(name.back()) &&
           std::ranges::all_of(name, [&](char c) { return edge(c) || c == '-' || c == '.'; });
}

/// A call on an object, or on the bucket when `key` is empty.
Call object_call(const Client& client, const char* operation, const char* method, const std::string& bucket,
                 const std::string& key)
{
    if (!is_bucket(bucket)) {
        throw Error(ErrorKind::invalid_input, "'{}' is no name of an S3 bucket", printable(bucket));
    }
    Call call;
    call.operation = operation;
    call.method = method;
    call.signed_as = "s3";
    // In a host name a dot of the bucket would be beyond the certificate's '*', and an endpoint of the user's own has
    // one host for all buckets.
    const bool in_path = client.endpoint("s3").overridden || bucket.find('.') != std::string::npos;
    call.service = in_path ? "s3" : bucket + ".s3";
    call.path = fmt::format("{}/{}", in_path ? "/" + bucket : "", http::percent_encode(key, http::Slash::keep));
    return call;
}

std::uint64_t to_size(const std::string& text)
{
    std::uint64_t size = 0;
    std::from_chars(text.data(), text.data() + text.size(), size);
    return size;
}

ObjectInfo info_of(const std::string& key, const http::Response& response)
{
    const auto header = [&](std::string_view name) { return response.find_header(name).value_or(""); };
    return {key, to_size(header("content-length")), header("etag"), header("content-type"),
            http::find_date(header("last-modified"))};
}

/// The answer, or empty when there is no such object. That the bucket is missing is an error.
std::optional<http::Exchange> find(Client& client, const Call& call, const Interruption& interruption)
{
    try {
        return client.send(call, interruption);
    } catch (const Refusal& refusal) {
        if (refusal.kind() == ErrorKind::not_found && refusal.code() != "NoSuchBucket") {
            return std::nullopt;
        }
        throw;
    }
}

Stored put(Client& client, Call call, const PutOptions& options, const Interruption& interruption)
{
    call.headers = {{"Content-Type", options.content_type}};
    if (options.overwrite == Overwrite::refused) {
        call.headers.emplace_back("If-None-Match", "*");
        // Sent again after it was stored unheard, it would find its own object and call it another's.
        call.repeat = Repeat::once;
    }
    try {
        (void)client.send(call, interruption);
        return Stored::yes;
    } catch (const Refusal& refusal) {
        if (options.overwrite == Overwrite::refused && refusal.status() == 412) {
            return Stored::exists;
        }
        throw;
    }
}

ObjectInfo listed(const json& entry)
{
    return {detail::text_of(entry, {"Key"}),
            to_size(detail::text_of(entry, {"Size"})),
            detail::text_of(entry, {"ETag"}),
            {},
            find_rfc3339(detail::text_of(entry, {"LastModified"}))};
}

}  // namespace

Stored S3::put_object(const std::string& bucket, const std::string& key, std::string body, const PutOptions& options,
                      const Interruption& interruption)
{
    auto call = object_call(client_, "PutObject", "PUT", bucket, key);
    call.body = std::move(body);
    return put(client_, std::move(call), options, interruption);
}

Stored S3::put_file(const std::string& bucket, const std::string& key, const std::filesystem::path& file,
                    const PutOptions& options, const Interruption& interruption)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    if (error) {
        throw Error(ErrorKind::not_found, "cannot read '{}': {}", printable(file.string()), error.message());
    }
    if (size > largest_put) {
        throw Error(ErrorKind::invalid_input, "'{}' is larger than 5 GiB, the most that S3 takes at once",
                    printable(file.string()));
    }
    auto call = object_call(client_, "PutObject", "PUT", bucket, key);
    if (size > 0) {
        call.body_file = file;
    }
    call.timeout += std::chrono::seconds(size / slowest_bytes_per_second);
    return put(client_, std::move(call), options, interruption);
}

std::optional<Object> S3::get_object(const std::string& bucket, const std::string& key,
                                     const Interruption& interruption)
{
    auto answer = find(client_, object_call(client_, "GetObject", "GET", bucket, key), interruption);
    if (!answer) {
        return std::nullopt;
    }
    Object object{info_of(key, answer->response), std::move(answer->body)};
    object.info.size = object.body.size();
    return object;
}

std::optional<ObjectInfo> S3::head_object(const std::string& bucket, const std::string& key,
                                          const Interruption& interruption)
{
    const auto answer = find(client_, object_call(client_, "HeadObject", "HEAD", bucket, key), interruption);
    return answer ? std::optional(info_of(key, answer->response)) : std::nullopt;
}

ObjectPage S3::list_objects(const std::string& bucket, const std::string& prefix, const std::string& next,
                            const std::string& after, const Interruption& interruption, int limit)
{
    auto call = object_call(client_, "ListObjectsV2", "GET", bucket, "");
    call.query = {{"list-type", "2"}, {"prefix", prefix}};
    if (!next.empty()) {
        call.query.emplace_back("continuation-token", next);
    } else if (!after.empty()) {
        call.query.emplace_back("start-after", after);
    }
    if (limit < 1000) {
        call.query.emplace_back("max-keys", std::to_string(limit));
    }
    const auto answer = detail::parse_xml(client_.send(call, interruption).body);
    const auto result = answer.find("ListBucketResult");
    if (result == answer.end() || !result->is_object()) {
        throw Error(ErrorKind::failed, "ListObjectsV2: the answer is no list of objects");
    }
    ObjectPage page;
    for (const auto& entry : detail::list_of(*result, "Contents")) {
        page.objects.push_back(listed(entry));
    }
    page.next = detail::text_of(*result, {"NextContinuationToken"});
    return page;
}

}  // namespace tinystacks::aws
