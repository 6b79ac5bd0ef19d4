#include "framework/detail/cpp_library.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tinystacks::framework {
namespace {

constexpr std::array<CppLibrary, 29> libraries = {{{"openssl", "libssl-dev", "libssl3"},
                                                   {"curl", "libcurl4-openssl-dev", "libcurl4"},
                                                   {"libcurl", "libcurl4-openssl-dev", "libcurl4"},
                                                   {"zlib", "zlib1g-dev", "zlib1g"},
                                                   {"sqlite3", "libsqlite3-dev", "libsqlite3-0"},
                                                   {"postgresql", "libpq-dev", "libpq5"},
                                                   {"libpq", "libpq-dev", "libpq5"},
                                                   {"libpqxx", "libpqxx-dev", "libpqxx-6.4"},
                                                   {"fmt", "libfmt-dev", "libfmt9"},
                                                   {"spdlog", "libspdlog-dev", "libspdlog1.10"},
                                                   {"nlohmann_json", "nlohmann-json3-dev", ""},
                                                   {"asio", "libasio-dev", ""},
                                                   {"yaml-cpp", "libyaml-cpp-dev", "libyaml-cpp0.7"},
                                                   {"libxml2", "libxml2-dev", "libxml2"},
                                                   {"libxml-2.0", "libxml2-dev", "libxml2"},
                                                   {"pugixml", "libpugixml-dev", "libpugixml1v5"},
                                                   {"protobuf", "libprotobuf-dev", "libprotobuf32"},
                                                   {"grpc", "libgrpc++-dev", "libgrpc++1.51"},
                                                   {"libuv", "libuv1-dev", "libuv1"},
                                                   {"libevent", "libevent-dev", "libevent-2.1-7"},
                                                   {"libmicrohttpd", "libmicrohttpd-dev", "libmicrohttpd12"},
                                                   {"libgit2", "libgit2-dev", "libgit2-1.5"},
                                                   {"libzmq", "libzmq3-dev", "libzmq5"},
                                                   {"jsoncpp", "libjsoncpp-dev", "libjsoncpp25"},
                                                   {"gtest", "libgtest-dev", ""},
                                                   {"catch2", "catch2", ""},
                                                   {"eigen3", "libeigen3-dev", ""},
                                                   {"boost", "libboost-all-dev", ""},
                                                   {"hiredis", "libhiredis-dev", "libhiredis0.14"}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 15> renamed = {
    {{"libssl3", "libssl3t64"},
     {"libcurl4", "libcurl4t64"},
     {"libevent-2.1-7", "libevent-2.1-7t64"},
     {"libuv1", "libuv1t64"},
     {"libmicrohttpd12", "libmicrohttpd12t64"},
     {"libprotobuf32", "libprotobuf32t64"},
     {"libgrpc++1.51", "libgrpc++1.51t64"},
     {"libfmt9", "libfmt10"},
     {"libspdlog1.10", "libspdlog1.15"},
     {"libyaml-cpp0.7", "libyaml-cpp0.8"},
     {"libgit2-1.5", "libgit2-1.9"},
     {"libjsoncpp25", "libjsoncpp26"},
     {"libhiredis0.14", "libhiredis1.1.0"},
     {"libpqxx-6.4", "libpqxx-7.10"},
     {"libpq5", "libpq5"}}};

}  // namespace

const CppLibrary* find_cpp_library(std::string_view name)
{
    const auto* found = std::ranges::find(libraries, name, &CppLibrary::name);
    return found == libraries.end() ? nullptr : found;
}

std::string debian_package(std::string_view name, int release)
{
    const auto* found = std::ranges::find(renamed, name, &std::pair<std::string_view, std::string_view>::first);
    return std::string(release < 13 || found == renamed.end() ? name : found->second);
}

}  // namespace tinystacks::framework
