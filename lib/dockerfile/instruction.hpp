#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tinystacks::dockerfile {

/// One instruction of a Dockerfile, on one line, without comments and here-documents.
struct Instruction {
    std::string name;  ///< in capitals: "FROM"
    std::string arguments;
    std::size_t line = 0;  ///< where it begins, from 1
};

/// Source: Dockerfile reference, "Format", "Parser directives" and "Here-Documents".
[[nodiscard]] std::vector<Instruction> instructions_of(std::string_view dockerfile);

using Variables = std::map<std::string, std::string, std::less<>>;
/// Replaces $NAME, ${NAME} and ${NAME:-default}; what is unknown becomes nothing.
/// Source: Dockerfile reference, "Environment replacement".
[[nodiscard]] std::string expand(std::string_view text, const Variables& variables);
/// What ENV or ARG set, expanded, each by its name.
void set_variables(std::string_view arguments, Variables& variables);
/// The words between blanks.
[[nodiscard]] std::vector<std::string> words_of(std::string_view text);

/// The TCP ports that the image of a Dockerfile's last stage exposes, ascending: those of the earlier stages it is
/// made from included, those of its base image unknown. Variables have the defaults of ARG and the values of ENV.
/// Source: Dockerfile reference, "EXPOSE".
[[nodiscard]] std::vector<int> exposed_ports(std::string_view dockerfile);

}  // namespace tinystacks::dockerfile
