#include "mask/masker.hpp"
#include "tests/support/catch.hpp"

#include <random>

using namespace tinystacks;

namespace {

std::string masked_in_pieces(const mask::Secrets& secrets, std::string_view text, std::mt19937& random,
                             std::size_t most)
{
    mask::Masker masker(secrets);
    std::string out;
    while (!text.empty()) {
        const auto size = std::uniform_int_distribution<std::size_t>(1, most)(random);
        masker.feed(text.substr(0, size), out);
        text.remove_prefix(std::min(size, text.size()));
    }
    masker.finish(out);
    return out;
}

}  // namespace

TEST_CASE("Secrets::hide replaces a secret in every form it is likely to be printed in", "[mask]")
{
    mask::Secrets secrets;
    secrets.add("pa\"ss/w<or>d+x&y'z");
    const auto [form, shown] = GENERATE(table<std::string, std::string>({
        {"pa\"ss/w<or>d+x&y'z", "***"},
        {"pa\\\"ss/w<or>d+x&y'z", "***"},
        {"pa&quot;ss/w&lt;or&gt;d+x&amp;y&apos;z", "***"},
        {"pa%22ss%2Fw%3Cor%3Ed%2Bx%26y%27z", "***"},
        {"cGEic3Mvdzxvcj5kK3gmeSd6", "***"},
        {"eHBhInNzL3c8b3I+ZCt4Jnkneg==", "eH***g=="},
        {"nothing of it", "nothing of it"},
    }));
    CAPTURE(form);
    CHECK(secrets.hide("<" + form + ">") == "<" + shown + ">");
}

TEST_CASE("Secrets::add registers each line of a value, and nothing that is too short", "[mask]")
{
    mask::Secrets secrets;
    secrets.add("first line\nshort\nsecond line\n");
    CHECK(secrets.hide("a first line, short, b second line") == "a ***, short, b ***");
    mask::Secrets none;
    none.add("12345");
    CHECK(none.empty());
    CHECK(none.hide("12345") == "12345");
}

TEST_CASE("Secrets::hide hides secrets that overlap or contain one another", "[mask]")
{
    mask::Secrets secrets;
    secrets.add("bcdefg");
    secrets.add("abcdefghij");
    secrets.add("hijklmn");
    CHECK(secrets.hide("xabcdefgx") == "xa***x");
    CHECK(secrets.hide("xabcdefghijx") == "x***x");
    CHECK(secrets.hide("xabcdefghijklmnx") == "x***x");
    CHECK(secrets.hide("bcdefgbcdefg") == "******");
}

TEST_CASE("Masker gives the same whatever the pieces are", "[mask]")
{
    std::mt19937 random(20261125);  // NOLINT: the same texts in every run
    mask::Secrets secrets;
    for (const auto* secret : {"ababab", "babbaabab", "aabbaabbaabb", "bbbbbbbbbb"}) {
        secrets.add(secret);
    }
    for (int round = 0; round < 300; ++round) {
        std::string text;
        for (int i = 0; i < 400; ++i) {
            text += "abc"[std::uniform_int_distribution<int>(0, round % 3 == 0 ? 2 : 1)(random)];
        }
        const auto whole = secrets.hide(text);
        CAPTURE(text);
        REQUIRE_FALSE(secrets.found_in(whole));
        REQUIRE(masked_in_pieces(secrets, text, random, 9) == whole);
        REQUIRE(masked_in_pieces(secrets, text, random, 150) == whole);
    }
}

TEST_CASE("Masker lets other text through at once, and the beginning of a secret only at the end", "[mask]")
{
    mask::Secrets secrets;
    secrets.add("hunter2-hunter2");
    mask::Masker masker(secrets);
    std::string out;
    masker.feed("login: hunt", out);
    CHECK(out == "login: ");
    masker.feed("ing season", out);
    CHECK(out == "login: hunting season");
    masker.feed(" hunter2", out);
    masker.finish(out);
    CHECK(out == "login: hunting season hunter2");
}

TEST_CASE("Masker hides ids of AWS access keys that nobody registered", "[mask]")
{
    mask::Secrets secrets;
    CHECK(secrets.hide("id=AKIAIOSFODNN7EXAMPLE.") == "id=***.");
    CHECK(secrets.hide("ASIAAAAABBBBCCCCDDDDAKIAIOSFODNN7EXAMPLE") == "******");
    for (const auto* text : {"AKIA", "AKIA-IOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPL", "AAKIAIOSFODNN7EXAMPLe", "A"}) {
        CHECK(secrets.hide(text) == text);
    }
    secrets.add("hunter2-hunter2");
    std::mt19937 random(20261125);  // NOLINT: the same texts in every run
    const std::string text = "AAKIAIOSFODNN7EXAMPLEhunter2-hunter2AASIAAKIAIOSFODNN7EXAMPLE AKIA";
    for (int round = 0; round < 100; ++round) {
        REQUIRE(masked_in_pieces(secrets, text, random, 9) == secrets.hide(text));
    }
    CHECK(secrets.hide(text) == "A******A***MPLE AKIA");
}
