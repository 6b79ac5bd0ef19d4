#include "framework/tree.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "tests/support/catch.hpp"

#include <sys/stat.h>

using namespace tinystacks;
namespace fs = std::filesystem;

namespace {

void write(const fs::path& path, std::string_view text)
{
    fs::create_directories(path.parent_path());
    replace_file(path, text);
}

}  // namespace

TEST_CASE("Tree does not enter what package managers and builds fill", "[framework]")
{
    const TempDir directory;
    for (const auto* path : {"a.py", "src/b.py", "node_modules/x/c.py", ".venv/d.py", "vendor/modules.txt",
                             "vendor/x/e.py", "dist/index.html", "dist/assets/f.js"}) {
        write(directory.path() / path, "x");
    }
    const framework::Tree tree(directory.path());
    CHECK(tree.find_files("", ".py") == std::vector<std::string>{"a.py", "src/b.py"});
    CHECK(tree.has_file("vendor/modules.txt"));
    CHECK(tree.has_file("dist/index.html"));
    CHECK_FALSE(tree.has_file("dist/assets/f.js"));
    CHECK_FALSE(tree.has_directory("node_modules"));
    CHECK(tree.notes().empty());
}

TEST_CASE("Tree reads only what lies inside, is a file, and is text", "[framework]")
{
    const TempDir outside;
    write(outside.path() / "secret", "hidden");
    const TempDir directory;
    const auto& root = directory.path();
    write(root / "real.txt", "here");
    fs::create_symlink("real.txt", root / "inside.txt");
    fs::create_symlink(outside.path() / "secret", root / "outside.txt");
    fs::create_symlink("../../../../../../etc/passwd", root / "up.txt");
    fs::create_directory_symlink(outside.path(), root / "folder");
    fs::create_directories(root / "package.json");
    write(root / "bytes.txt", "\xFF\xFE\x01");
    REQUIRE(::mkfifo((root / "pipe.txt").c_str(), 0600) == 0);

    const framework::Tree tree(root);
    REQUIRE(tree.text("inside.txt") != nullptr);
    CHECK(*tree.text("inside.txt") == "here");
    CHECK(tree.text("outside.txt") == nullptr);
    CHECK(tree.text("up.txt") == nullptr);
    CHECK(tree.text("folder/secret") == nullptr);
    CHECK(tree.text("package.json") == nullptr);
    CHECK(tree.json("package.json") == nullptr);
    CHECK(tree.text("bytes.txt") == nullptr);
    CHECK(tree.text("pipe.txt") == nullptr);
    CHECK(tree.notes() == std::vector<std::string>{"'outside.txt' is a link that leads out of the repository: not read",
                                                   "'up.txt' is a link that leads out of the repository: not read",
                                                   "'bytes.txt' is not UTF-8 text: not read"});
}

TEST_CASE("Tree says with file and line what is no manifest", "[framework]")
{
    const TempDir directory;
    write(directory.path() / "package.json", "{\n  \"name\": \n}");
    write(directory.path() / "pyproject.toml", "[project\nname = 1\n");
    write(directory.path() / "pom.xml", "<project><a></project>");
    write(directory.path() / "big.json", std::string(std::size_t{1} << 20, ' '));
    const framework::Tree tree(directory.path());
    const auto line_of_error = [](const auto& read) {
        try {
            (void)read();
        } catch (const Error& error) {
            CHECK(error.kind() == ErrorKind::invalid_input);
            return error.problems().front().where.line;
        }
        FAIL("expected an Error");
        throw 0;
    };
    CHECK(line_of_error([&] { return tree.json("package.json"); }) == 3);
    CHECK(line_of_error([&] { return tree.toml("pyproject.toml"); }) == 1);
    CHECK(line_of_error([&] { return tree.xml("pom.xml"); }) == 1);
    CHECK(tree.json("big.json") == nullptr);
    CHECK(tree.notes().size() == 1);
}

TEST_CASE("Tree takes comments and trailing commas in JSON, and keeps TOML's numbers as written", "[framework]")
{
    const TempDir directory;
    write(directory.path() / "tsconfig.json", "{ // x\n \"a\": \"b // c\", /* d */ \"e\": [1, 2,],\n}");
    write(directory.path() / "mise.toml", "[tools]\npython = 3.10\nnode = \"22\"\n");
    const framework::Tree tree(directory.path());
    CHECK(framework::text_at(tree.json("tsconfig.json"), {"a"}) == "b // c");
    CHECK(framework::find_path(tree.json("tsconfig.json"), {"e"})->items.size() == 2);
    CHECK(framework::text_at(tree.toml("mise.toml"), {"tools", "python"}) == "3.10");
    CHECK(framework::find_path(tree.toml("mise.toml"), {"tools", "node"})->where.line == 3);
}
