#include "base/base64.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sha256.hpp"
#include "base/temp_dir.hpp"

#include "tests/support/catch.hpp"

#include <string>
#include <utility>

using namespace tinystacks;

TEST_CASE("base64 is that of RFC 4648", "[base]")
{
    const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"},
                                                           {"\xff\xfe\xfd", "//79"}};
    for (const auto& [bytes, text] : vectors) {
        CAPTURE(text);
        CHECK(to_base64(bytes) == text);
        CHECK(find_base64(text) == bytes);
    }
    CHECK(find_base64("Zg") == "f");
    CHECK_FALSE(find_base64("Z g"));
}

TEST_CASE("hmac_sha256 is that of RFC 4231", "[base]")
{
    CHECK(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(to_hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    CHECK(hmac_sha256("", "").size() == 32);
}

TEST_CASE("sha256_hex_of_file is that of the file's bytes, however many blocks they fill", "[base]")
{
    const TempDir directory;
    const auto file = directory.path() / "body";
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{64} << 10, std::size_t{200'001}}) {
        CAPTURE(size);
        std::string bytes(size, 'x');
        replace_file(file, bytes);
        CHECK(sha256_hex_of_file(file) == sha256_hex(bytes));
    }
    CHECK_THROWS_AS(sha256_hex_of_file(directory.path() / "missing"), Error);
}
