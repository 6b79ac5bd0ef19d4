# Everything we use, from the distribution; nothing is downloaded.
#
# An executable that merely loads libcurl and libgit2 takes 8 to 13 ms to start, most of it their own
# dependencies. So what is small is linked statically where the distribution has an archive, and libcurl and
# libgit2 are opened when first needed (docs/decisions/0003-load-late.md).
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json QUIET)
if(NOT nlohmann_json_FOUND)
  find_path(TS_NLOHMANN_INCLUDE nlohmann/json.hpp REQUIRED)
  add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED)
  target_include_directories(nlohmann_json::nlohmann_json INTERFACE ${TS_NLOHMANN_INCLUDE})
endif()

# ts_static_or_shared(TARGET HEADER ARCHIVE SHARED [LINK...]): an imported target for a C or C++ library.
function(ts_static_or_shared target header archive shared)
  find_path(${target}_include ${header} REQUIRED)
  find_library(${target}_library NAMES ${archive} ${shared} REQUIRED)
  add_library(ts::${target} UNKNOWN IMPORTED)
  set_target_properties(ts::${target} PROPERTIES
    IMPORTED_LOCATION "${${target}_library}"
    INTERFACE_INCLUDE_DIRECTORIES "${${target}_include}"
    INTERFACE_LINK_LIBRARIES "${ARGN}")
endfunction()

ts_static_or_shared(yaml_cpp yaml-cpp/yaml.h libyaml-cpp.a yaml-cpp)
ts_static_or_shared(pugixml pugixml.hpp libpugixml.a pugixml)
ts_static_or_shared(re2 re2/re2.h libre2.a re2 Threads::Threads)
ts_static_or_shared(crypto openssl/evp.h libcrypto.a crypto Threads::Threads ${CMAKE_DL_LIBS})
ts_static_or_shared(sqlite3 sqlite3.h libsqlite3.a sqlite3 Threads::Threads ${CMAKE_DL_LIBS} m)
ts_static_or_shared(sqlitecpp SQLiteCpp/SQLiteCpp.h libSQLiteCpp.a SQLiteCpp ts::sqlite3)
# Headers only: the libraries themselves are opened late.
find_path(TS_CURL_INCLUDE curl/curl.h REQUIRED)
find_path(TS_GIT2_INCLUDE git2.h REQUIRED)
find_path(TS_MUSTACHE_INCLUDE kainjow/mustache.hpp REQUIRED)
find_path(TS_TOMLPLUSPLUS_INCLUDE toml++/toml.h REQUIRED)
find_path(TS_CLI11_INCLUDE CLI/CLI.hpp REQUIRED)
