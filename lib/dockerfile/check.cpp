#include "dockerfile/check.hpp"

#include "base/text.hpp"
#include "dockerfile/instruction.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace tinystacks::dockerfile {
namespace {

class Checker {
public:
    Checker(std::string_view text, const Surroundings& surroundings)
        : text_(text), surroundings_(surroundings), instructions_(instructions_of(text))
    {}

    std::vector<Problem> check()
    {
        for (const auto& instruction : instructions_) {
            if (instruction.name == "FROM") {
                check_image(instruction);
            } else if (instruction.name == "ARG" && stages_ == 0) {
                set_variables(instruction.arguments, globals_);
            } else if (instruction.name == "ENV" || instruction.name == "ARG") {
                check_secrets(instruction);
            } else if (instruction.name == "COPY" || instruction.name == "ADD") {
                check_copy(instruction);
            } else if (instruction.name == "USER") {
                user_ = instruction;
            } else if (instruction.name == "CMD" || instruction.name == "ENTRYPOINT") {
                start_ = instruction;
            }
        }
        check_end();
        std::ranges::stable_sort(problems_, std::ranges::less(), [](const Problem& each) { return each.where.line; });
        return std::move(problems_);
    }

private:
    void warn(std::size_t line, std::string_view rule, std::string message, std::string hint)
    {
        problems_.push_back({Severity::warning,
                             {surroundings_.file, line, line == 0 ? 0UL : 1UL},
                             fmt::format("dockerfile.{}", rule),
                             std::move(message),
                             std::move(hint)});
    }

    void check_image(const Instruction& from)
    {
        ++stages_;
        from_line_ = from.line;
        auto words = words_of(expand(from.arguments, globals_));
        std::erase_if(words, [](const auto& word) { return word.starts_with("--"); });
        if (words.empty()) {
            return;
        }
        const auto base = to_lower(words.front());
        if (!names_.contains(base)) {
            user_.reset();
            start_.reset();
            const auto slash = base.rfind('/');
            const auto tag = base.find(':', slash == std::string::npos ? 0 : slash);
            const auto floats =
                tag == std::string::npos ? base.find('@') == std::string::npos : base.substr(tag) == ":latest";
            if (floats && base != "scratch") {
                warn(from.line, "latest",
                     fmt::format("'{}' names no version: the image changes without a commit",
                                 printable_line(words.front())),
                     "name a version, as in " + words.front().substr(0, tag) + ":1.2");
            }
        }
        if (words.size() == 3 && to_lower(words[1]) == "as") {
            names_.insert(to_lower(words[2]));
        }
    }

    void check_secrets(const Instruction& instruction)
    {
        Variables set;
        set_variables(instruction.arguments, set);
        for (const auto& [name, value] : set) {
            const auto kind = find_credential_kind(value);
            if (!value.empty() && (kind || names_a_secret(name))) {
                warn(instruction.line, "secret",
                     fmt::format("{} {} puts {} into the image's layers", instruction.name, printable_line(name),
                                 kind ? fmt::format("a {}", *kind) : "a secret"),
                     "give it when the image runs: tinystacks variable set, or a secret of the task");
            }
        }
    }

    void check_copy(const Instruction& instruction)
    {
        for (const auto& word : words_of(instruction.arguments)) {
            const auto name = word.substr(word.rfind('/') + 1);
            if (!word.starts_with("--") &&
                (name == ".env" || name == ".npmrc" || name == "id_rsa" || name == ".netrc")) {
                warn(instruction.line, "secret",
                     fmt::format("'{}' usually holds secrets, and comes into a layer", name),
                     "leave it out, and list it in .dockerignore");
            }
        }
    }

    void check_end()
    {
        const auto user = user_ ? words_of(user_->arguments) : std::vector<std::string>();
        const auto name = user.empty() ? std::string() : user.front().substr(0, user.front().find(':'));
        if (stages_ > 0 && (name.empty() || name == "root" || name == "0")) {
            warn(user_ ? user_->line : from_line_, "root", "the application runs as root",
                 "end the last stage with: USER 10001:10001");
        }
        if (start_ && !start_->arguments.starts_with('[')) {
            warn(start_->line, "shell_form",
                 fmt::format("a shell runs {}: the application is not told to stop", start_->name),
                 "write it as a JSON array, one word each");
        }
        const auto ports = exposed_ports(text_);
        if (surroundings_.port != 0 && !ports.empty() && std::ranges::find(ports, surroundings_.port) == ports.end()) {
            const auto expose = std::ranges::find(instructions_, "EXPOSE", &Instruction::name);
            warn(expose == instructions_.end() ? 0 : expose->line, "port",
                 fmt::format("EXPOSE says {}, the application listens on {}", ports.front(), surroundings_.port),
                 fmt::format("EXPOSE {}, or tinystacks init --port {}", surroundings_.port, ports.front()));
        }
        if (!surroundings_.has_ignore) {
            warn(0, "ignore", "there is no .dockerignore: COPY takes .git, .env and what was built here into the image",
                 "tinystacks init writes one");
        }
    }

    std::string_view text_;
    const Surroundings& surroundings_;
    std::vector<Instruction> instructions_;
    std::vector<Problem> problems_;
    Variables globals_;
    std::set<std::string> names_;
    std::optional<Instruction> user_;
    std::optional<Instruction> start_;
    std::size_t stages_ = 0;
    std::size_t from_line_ = 0;
};

}  // namespace

std::vector<Problem> check(std::string_view dockerfile, const Surroundings& surroundings)
{
    return Checker(dockerfile, surroundings).check();
}

}  // namespace tinystacks::dockerfile
