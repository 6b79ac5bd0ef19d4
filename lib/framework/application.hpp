#pragma once

#include "base/error.hpp"
#include "dockerfile/recipe.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tinystacks::framework {

/// Whether the image runs the application, or serves files that its build made.
enum class Delivery { process, files };

/// Why something was decided: a file, where in it, and the rule in one sentence.
struct Evidence {
    Position where;  ///< the file relative to the repository
    std::string rule;
    bool operator==(const Evidence&) const = default;
};

/// A version somebody asked for, as it is written.
struct Pin {
    std::string text;  ///< ">=18", "lts/iron", "3.11.11"
    Position where;
    std::string rule;  ///< what kind of place that is: "engines.node", "mise.toml"
    bool operator==(const Pin&) const = default;
};

/// What the application runs on.
struct Runtime {
    std::string name;  ///< "node"
    std::optional<Pin> pin;
    std::string release;  ///< what the image has: "22.14", or "20.11.1" when that was pinned
    bool end_of_life = false;

    /// Name and pin as written, or the release when nothing is pinned: "node >=18".
    [[nodiscard]] std::string version() const;
    bool operator==(const Runtime&) const = default;
};

/// What only a person can know, and the flag that answers it.
struct Question {
    std::string text;
    std::vector<std::string> answers;  ///< "--root services/api"
    bool operator==(const Question&) const = default;
};

/// An application and how it is brought into an image.
struct Application {
    std::string language;            ///< "node", "python", "csharp"
    std::string framework = "none";  ///< "express"
    std::string package_manager = "none";
    std::string package_manager_version;  ///< empty when nothing says it
    Runtime runtime;
    std::string root;  ///< of the application, relative to the repository; "" for the repository itself
    /// What the recipe's COPY takes from, relative to the repository, when that is not `root`: where the workspace or
    /// the build of several modules begins that the application is a member of. The build's context is the repository.
    std::optional<std::string> context;
    std::string entry;    ///< the file or module that is started; empty when there is none
    std::string install;  ///< one shell line each; empty for nothing to do
    std::string build;
    /// As the repository says it, or as a shell would start it: "npm run start", "gunicorn main:app". Empty when it
    /// could not be told. The image's own argv, with scripts resolved, is in the recipe.
    std::string start_command;
    int port = 0;  ///< 0 for what does not listen
    Delivery delivery = Delivery::process;
    std::string output;                       ///< the directory a static build makes, relative to root
    std::vector<std::string> build_packages;  ///< of Debian
    std::vector<std::string> run_packages;
    std::vector<std::string> variables;  ///< that the code reads when it runs, sorted
    std::vector<Evidence> evidence;      ///< the first says what decided for the language
    std::vector<std::string> warnings;   ///< one sentence each
    std::vector<Question> questions;     ///< the Dockerfile is written only when there is none
    /// Why the recipe cannot be made; it is empty then. "no Dockerfile is written for Gleam yet".
    std::string refusal;
    dockerfile::Recipe recipe;
    int score = 0;  ///< how much speaks for it; see detail/languages.hpp
};

/// What else it could have been.
struct Alternative {
    std::string language;
    std::string framework;
    std::string root;
    std::string reason;  ///< why it was not taken
};

struct Detection {
    Application application;  ///< language "none" when nothing was recognised
    std::vector<Alternative> alternatives;
    std::string dockerfile;  ///< the one that is there, relative to the repository; empty when there is none
};

}  // namespace tinystacks::framework
