#pragma once

#include "project/import/detail/image.hpp"
#include "project/import/import.hpp"
#include "stage/stage.hpp"

#include <string>
#include <vector>

namespace tinystacks::project::detail {

struct DraftStage {
    std::string name;
    std::string account;
    std::string region;
    stage::Target target;
    std::string health;
    std::string test;  ///< a planned file's path
    stage::Approval approval = stage::Approval::none;
    stage::Variables runtime;
    std::vector<std::string> comments;  ///< one line each
};

/// A project file that is being written.
struct Draft {
    std::string schema;
    std::string origin;  ///< the files it was read from, for the comment
    std::string stack;
    std::string repository;  ///< of the images; empty: the machine's own
    std::vector<std::string> repository_comments;
    Image image;
    std::vector<DraftStage> stages;  ///< each with all its runtime variables
    std::vector<std::string> comments;
    std::vector<PlannedFile> tests;
};

/// The files. Runtime variables that every stage has alike are written once. The project file is read again by our own
/// parser: Error{invalid_input} when it is refused.
[[nodiscard]] std::vector<PlannedFile> write(const Draft& draft);

/// A stack's name of at most twenty characters made of an application's and a service's.
[[nodiscard]] std::string stack_name(const std::string& application, const std::string& service);

/// A variable for the containers, if it may be written; else a remark: it stays in the task definition that Copilot
/// wrote, and is left where Compose gave it.
void add_variable(stage::Variables& variables, const std::string& name, const std::string& value, const Position& where,
                  Dialect dialect, Remarks& remarks);

}  // namespace tinystacks::project::detail
