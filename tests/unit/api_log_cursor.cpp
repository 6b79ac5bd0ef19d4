#include "api/detail/log_cursor.hpp"
#include "tests/support/catch.hpp"

using namespace tinystacks;

namespace {

using Lines = std::vector<std::string>;

/// What is new of `now` after each of `before` was read, in order.
struct Seen {
    Lines fresh;
    bool changed;
};
Seen read(const std::vector<Lines>& before, const Lines& now)
{
    api::LogCursor cursor;
    for (const auto& lines : before) {
        (void)cursor.advance(lines);
    }
    const auto step = cursor.advance(now);
    return {{now.begin() + static_cast<std::ptrdiff_t>(step.first), now.end()}, step.changed};
}

}  // namespace

TEST_CASE("LogCursor::advance gives each line of a growing log once", "[api]")
{
    struct Row {
        std::vector<Lines> before;
        Lines now;
        Lines fresh;
        bool changed;
    };
    const auto row = GENERATE(values<Row>({
        {{}, {}, {}, false},
        {{}, {"a", "b"}, {"a", "b"}, false},
        {{{"a"}}, {"a", "b"}, {"b"}, false},
        {{{"a", "a"}}, {"a", "a", "a"}, {"a"}, false},
        // The same again is nothing new, nor is an answer that is empty or short for once.
        {{{"a", "b"}}, {"a", "b"}, {}, false},
        {{{"a", "b"}, {}}, {"a", "b", "c"}, {"c"}, false},
        {{{"a", "b", "c"}, {"a", "b"}}, {"a", "b", "c", "d"}, {"d"}, false},
        // The beginning was cut off.
        {{{"a", "b", "c"}}, {"c", "d"}, {"d"}, true},
        {{{"a", "b", "c"}}, {"b", "c"}, {}, true},
        // What was read last is another line now.
        {{{"a", "b"}}, {"a", "x", "c"}, {"c"}, true},
        // Another log.
        {{{"a", "b"}}, {"x", "y"}, {"x", "y"}, true},
        {{{"a", "b", "c"}}, {"x"}, {"x"}, true},
    }));
    CAPTURE(row.before, row.now);
    const auto seen = read(row.before, row.now);
    CHECK(seen.fresh == row.fresh);
    CHECK(seen.changed == row.changed);
}

TEST_CASE("LogCursor::advance says once that a log is shorter than it was", "[api]")
{
    api::LogCursor cursor;
    (void)cursor.advance({"a", "b", "c"});
    CHECK(cursor.advance({"a"}).changed);
    CHECK_FALSE(cursor.advance({"a"}).changed);
    CHECK(cursor.advance({"a", "b", "c", "d"}).first == 3);
}
