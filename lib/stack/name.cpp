#include "aws/region.hpp"
#include "base/text.hpp"
#include "stack/stack.hpp"
#include "stage/stage.hpp"

#include <algorithm>

namespace tinystacks::stack {
namespace {

bool is_account(std::string_view text)
{
    return text.size() == 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

[[noreturn]] void refuse(std::string_view argument, std::string_view rule)
{
    throw Error(ErrorKind::usage, "stage '{}': {}", printable_line(argument), rule)
        .with_hint("--stage NAME:REGION[:ACCOUNT], such as --stage prod:us-east-1:123456789012");
}

}  // namespace

void check_name(std::string_view name)
{
    try {
        (void)stage::Name::parse(name);
    } catch (const Error& error) {
        throw error.while_doing("stack");
    }
}

Stage parse_stage(std::string_view argument)
{
    const auto parts = split(argument, ':');
    if (parts.size() < 2 || parts.size() > 3) {
        refuse(argument, "it is given as NAME:REGION or NAME:REGION:ACCOUNT");
    }
    try {
        (void)stage::Name::parse(parts[0]);
    } catch (const Error& error) {
        refuse(argument, error.message());
    }
    if (!aws::is_region(parts[1])) {
        refuse(argument, fmt::format("'{}' is no name of a region", printable_line(parts[1])));
    }
    if (parts.size() == 3 && !is_account(parts[2])) {
        refuse(argument, fmt::format("'{}' is no account: one has twelve digits", printable_line(parts[2])));
    }
    Stage stage;
    stage.name = parts[0];
    stage.region = parts[1];
    stage.account_id = parts.size() == 3 ? parts[2] : std::string_view();
    return stage;
}

}  // namespace tinystacks::stack
