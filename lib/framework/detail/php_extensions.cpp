#include "framework/detail/php_extensions.hpp"

#include "base/text.hpp"
#include "framework/release.hpp"

#include <algorithm>
#include <array>

namespace tinystacks::framework {
namespace {

/// What the image is compiled with. Source: `php -m` of Docker's official image.
constexpr std::array<std::string_view, 32> built_in = {
    "core",      "ctype",      "curl", "date",    "dom",      "fileinfo",  "filter",     "ftp",
    "hash",      "iconv",      "json", "libxml",  "mbstring", "mysqlnd",   "openssl",    "pcre",
    "pdo",       "pdo_sqlite", "phar", "posix",   "random",   "readline",  "reflection", "session",
    "simplexml", "sodium",     "spl",  "sqlite3", "standard", "tokenizer", "xml",        "zlib"};
constexpr std::array<std::string_view, 3> built_in_too = {"xmlreader", "xmlwriter", "lib-pcre"};

struct Extension {
    std::string_view name;
    bool pecl;
    std::string_view build;     ///< Debian's packages, separated by blanks
    std::string_view bookworm;  ///< what it loads when it runs
    std::string_view bullseye;
};

/// Source: the extensions' installation pages in the PHP manual; the names are Debian's.
constexpr std::array<Extension, 44> extensions = {{
    {"amqp", true, "librabbitmq-dev", "librabbitmq4", "librabbitmq4"},
    {"apcu", true, "", "", ""},
    {"bcmath", false, "", "", ""},
    {"bz2", false, "libbz2-dev", "libbz2-1.0", "libbz2-1.0"},
    {"calendar", false, "", "", ""},
    {"ds", true, "", "", ""},
    {"exif", false, "", "", ""},
    {"ffi", false, "libffi-dev", "libffi8", "libffi7"},
    {"gd", false, "libfreetype6-dev libjpeg62-turbo-dev libpng-dev libwebp-dev",
     "libfreetype6 libjpeg62-turbo libpng16-16 libwebp7", "libfreetype6 libjpeg62-turbo libpng16-16 libwebp6"},
    {"gettext", false, "", "", ""},
    {"gmp", false, "libgmp-dev", "libgmp10", "libgmp10"},
    {"igbinary", true, "", "", ""},
    {"imagick", true, "libmagickwand-dev", "libmagickwand-6.q16-6", "libmagickwand-6.q16-6"},
    {"imap", false, "libc-client-dev libkrb5-dev", "libc-client2007e", "libc-client2007e"},
    {"intl", false, "libicu-dev", "libicu72", "libicu67"},
    {"ldap", false, "libldap2-dev", "libldap-2.5-0", "libldap-2.4-2"},
    {"memcached", true, "libmemcached-dev zlib1g-dev", "libmemcached11 libmemcachedutil2",
     "libmemcached11 libmemcachedutil2"},
    {"mongodb", true, "libssl-dev", "", ""},
    {"msgpack", true, "", "", ""},
    {"mysqli", false, "", "", ""},
    {"opcache", false, "", "", ""},
    {"pcntl", false, "", "", ""},
    {"pdo_mysql", false, "", "", ""},
    {"pdo_pgsql", false, "libpq-dev", "libpq5", "libpq5"},
    {"pgsql", false, "libpq-dev", "libpq5", "libpq5"},
    {"protobuf", true, "", "", ""},
    {"pspell", false, "libpspell-dev", "libaspell15", "libaspell15"},
    {"redis", true, "", "", ""},
    {"shmop", false, "", "", ""},
    {"snmp", false, "libsnmp-dev", "libsnmp40", "libsnmp40"},
    {"soap", false, "libxml2-dev", "", ""},
    {"sockets", false, "", "", ""},
    {"ssh2", true, "libssh2-1-dev", "libssh2-1", "libssh2-1"},
    {"swoole", true, "", "", ""},
    {"sysvmsg", false, "", "", ""},
    {"sysvsem", false, "", "", ""},
    {"sysvshm", false, "", "", ""},
    {"tidy", false, "libtidy-dev", "libtidy5deb1", "libtidy5deb1"},
    {"uuid", true, "uuid-dev", "libuuid1", "libuuid1"},
    {"xmlrpc", true, "libxml2-dev", "", ""},
    {"xsl", false, "libxslt1-dev", "libxslt1.1", "libxslt1.1"},
    {"yaml", true, "libyaml-dev", "libyaml-0-2", "libyaml-0-2"},
    {"zip", false, "libzip-dev", "libzip4", "libzip4"},
    {"zstd", true, "", "", ""},
}};

void add_words(std::vector<std::string>& words, std::string_view text)
{
    for (const auto word : split(text, ' ')) {
        if (!word.empty() && std::ranges::find(words, word) == words.end()) {
            words.emplace_back(word);
        }
    }
}

}  // namespace

std::vector<std::string> PhpExtensions::commands() const
{
    auto commands = configure;
    if (!bundled.empty()) {
        commands.push_back("docker-php-ext-install -j\"$(nproc)\" " + join(bundled, " "));
    }
    if (!pecl.empty()) {
        commands.push_back("pecl install " + join(pecl, " "));
        commands.push_back("docker-php-ext-enable " + join(pecl, " "));
        commands.emplace_back("rm -rf /tmp/pear");
    }
    return commands;
}

PhpExtensions plan_extensions(const std::set<std::string>& asked, std::string_view release, std::string_view debian)
{
    PhpExtensions plan;
    for (const auto& name : asked) {
        // OPcache is part of PHP itself from 8.5 on. Source: PHP 8.5's UPGRADING.
        if (std::ranges::find(built_in, name) != built_in.end() ||
            std::ranges::find(built_in_too, name) != built_in_too.end() || name == "zend-opcache" ||
            (name == "opcache" && compare_versions(release, "8.5") >= 0)) {
            continue;
        }
        const auto found = std::ranges::find(extensions, name, &Extension::name);
        if (found == extensions.end()) {
            plan.unknown.push_back(name);
            continue;
        }
        // IMAP and pspell left for PECL. Source: PHP 8.4's UPGRADING.
        const auto moved = (name == "imap" || name == "pspell") && compare_versions(release, "8.4") >= 0;
        (found->pecl || moved ? plan.pecl : plan.bundled).push_back(name);
        if (name == "gd" && compare_versions(release, "7.4") >= 0) {
            plan.configure.emplace_back("docker-php-ext-configure gd --with-freetype --with-jpeg --with-webp");
        } else if (name == "imap" && !moved) {
            plan.configure.emplace_back("docker-php-ext-configure imap --with-kerberos --with-imap-ssl");
        }
        add_words(plan.build_packages, found->build);
        add_words(plan.run_packages, debian == "bookworm" ? found->bookworm : found->bullseye);
    }
    return plan;
}

}  // namespace tinystacks::framework
