#pragma once

#include "aws/s3.hpp"
#include "base/interruption.hpp"
#include "base/time.hpp"
#include "log/event.hpp"

#include <filesystem>
#include <string>

namespace tinystacks::pipeline {

/// Where in S3 the logs and artifacts of a run are kept, and who hears about it.
struct Vault {
    aws::S3& s3;  ///< of the bucket's region
    std::string bucket;
    std::string stack;
    std::string run;
    log::Sink& sink;
    Clock clock;
    const Interruption& interruption;
};

/// A buildspec that ran: the build, or the release of a stage.
struct BuildspecPlace {
    log::Channel channel = log::Channel::build;
    std::string stage;  ///< empty for the build
};

/// Stores a log of the run's journal, as far as it is written, as
/// tinystacks/<stack>/logs/<run>/<channel>[-<stage>].log, replacing what is there. `journal` is the journal's
/// directory; `work` a private one, for a file that is removed again.
///
/// What cannot be stored is a warning to the sink, never an error: the log of this machine is whole. Throws
/// Interrupted.
void store_log(const Vault& vault, const BuildspecPlace& place, const std::filesystem::path& journal,
               const std::filesystem::path& work);

/// Stores the files below `directory` (where buildspec::RunOptions::artifacts had them copied) as
/// tinystacks/<stack>/artifacts/<run>/<channel>[-<stage>]/primary/… and …/secondary/<id>/…. A symbolic link is stored
/// as the file it leads to, or not at all when that is outside of `directory`. What cannot be stored is a warning, as
/// for store_log().
void store_artifacts(const Vault& vault, const BuildspecPlace& place, const std::filesystem::path& directory);

}  // namespace tinystacks::pipeline
