#include "base/printable_json.hpp"
#include "base/text.hpp"

#include "tests/support/catch.hpp"

using namespace tinystacks;

TEST_CASE("find_nearest finds what was probably meant", "[base]")
{
    CHECK(find_nearest("comands", {"commands", "finally"}) == "commands");
    CHECK(find_nearest("pre-build", {"pre_build", "build"}) == "pre_build");
    CHECK_FALSE(find_nearest("banana", {"commands", "finally"}).has_value());
}

TEST_CASE("is_utf8 refuses what RFC 3629 refuses", "[base]")
{
    CHECK(is_utf8("caf\xC3\xA9 \xF0\x9F\x98\x80"));
    CHECK_FALSE(is_utf8("\xC0\xAF"));          // overlong
    CHECK_FALSE(is_utf8("\xED\xA0\x80"));      // surrogate
    CHECK_FALSE(is_utf8("\xF4\x90\x80\x80"));  // above U+10FFFF
    CHECK_FALSE(is_utf8("caf\xE9"));
    CHECK(to_utf8("a\xFF"
                  "b") == "a\xEF\xBF\xBD"
                          "b");
}

TEST_CASE("printable shows what would steer a terminal", "[base]")
{
    CHECK(printable("a\x1b[31mb") == "a\\x1b[31mb");
    CHECK(printable("a\xE2\x80\xAE"
                    "b") == "a\\u202eb");
    CHECK(printable("tab\tline\n") == "tab\tline\n");
    CHECK(printable_line("a\nb\n\x1b") == "a\\nb\\n\\x1b");
}

TEST_CASE("printable_json escapes what may deceive a reader of JSON", "[base]")
{
    CHECK(printable_json(R"({"a":"b"})") == R"({"a":"b"})");
    CHECK(printable_json("[\"\x7F\xC2\x9B\xE2\x80\xAE\xC3\xBC\"]") == "[\"\\u007f\\u009b\\u202e\xC3\xBC\"]");
}

TEST_CASE("shell_quote makes one word of any text", "[base]")
{
    CHECK(shell_quote("plain-word.yml") == "plain-word.yml");
    CHECK(shell_quote("it's") == "'it'\\''s'");
    CHECK(shell_quote("") == "''");
}

TEST_CASE("names_a_secret looks at a name's last words", "[base]")
{
    CHECK(names_a_secret("DB_PASSWORD"));
    CHECK(names_a_secret("github_token"));
    CHECK(names_a_secret("PGPASSWORD"));
    CHECK_FALSE(names_a_secret("TOKENIZER"));
    CHECK_FALSE(names_a_secret("MYTOKEN"));
}

TEST_CASE("find_credential_kind knows the issuers' prefixes", "[base]")
{
    CHECK(find_credential_kind("x AKIAIOSFODNN7EXAMPLE y") == "AWS access key");
    CHECK(find_credential_kind("-----BEGIN RSA PRIVATE KEY-----") == "private key");
    CHECK_FALSE(find_credential_kind("AKIA is a prefix").has_value());
}
