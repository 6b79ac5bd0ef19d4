#include "buildspec/buildspec.hpp"

#include "base/text.hpp"

namespace tinystacks::buildspec {
namespace {

SecretReference parts_of(std::string id, const std::vector<std::string_view>& parts, std::size_t first)
{
    const auto part = [&](std::size_t index) {
        return first + index < parts.size() ? std::string(parts[first + index]) : std::string();
    };
    if (parts.size() > first + 3) {
        throw Error(ErrorKind::invalid_input,
                    "a secret is named by at most id, JSON key, version stage and version id");
    }
    SecretReference reference{std::move(id), part(0), part(1), part(2)};
    if (reference.id.empty()) {
        throw Error(ErrorKind::invalid_input, "the secret's name is missing");
    }
    if (!reference.version_stage.empty() && !reference.version_id.empty()) {
        throw Error(ErrorKind::invalid_input, "version stage '{}' and version id '{}' exclude each other",
                    reference.version_stage, reference.version_id);
    }
    return reference;
}

}  // namespace

const Phase& Buildspec::phase(PhaseName name) const
{
    static const Phase none;
    const auto found = phases.find(name);
    return found == phases.end() ? none : found->second;
}

SecretReference parse_secret_reference(std::string_view text)
{
    const auto parts = split(text, ':');
    if (parts.front() != "arn") {
        return parts_of(std::string(parts.front()), parts, 1);
    }
    // arn:aws:secretsmanager:region:account:secret:name. Source: IAM User Guide, "Amazon Resource Names".
    constexpr std::size_t arn_fields = 7;
    if (parts.size() < arn_fields || parts[2] != "secretsmanager" || parts[5] != "secret" || parts[6].empty()) {
        throw Error(ErrorKind::invalid_input, "'{}' is no ARN of a secret", printable(text))
            .with_hint("arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME");
    }
    std::string arn(parts.front());
    for (std::size_t i = 1; i < arn_fields; ++i) {
        arn += ':';
        arn += parts[i];
    }
    return parts_of(std::move(arn), parts, arn_fields);
}

std::string_view to_string(PhaseName name)
{
    switch (name) {
    case PhaseName::install:
        return "install";
    case PhaseName::pre_build:
        return "pre_build";
    case PhaseName::build:
        return "build";
    case PhaseName::post_build:
        return "post_build";
    }
    return "build";
}

}  // namespace tinystacks::buildspec
