#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tinystacks {

/// An open file descriptor, closed when this goes out of scope.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();

    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] explicit operator bool() const { return number_ >= 0; }
    /// Gives the descriptor away.
    [[nodiscard]] int release() { return std::exchange(number_, -1); }

private:
    int number_ = -1;
};

/// Opens `path` with O_CLOEXEC added. Throws Error{not_found}, Error{not_allowed} or Error{failed}.
[[nodiscard]] Descriptor open_file(const std::filesystem::path& path, int flags, unsigned mode = 0600);

/// The whole file, at most `limit` bytes. Throws Error{not_found} when there is none and Error{invalid_input}
/// ("larger than …") when it is larger; a directory or device is Error{invalid_input} too.
[[nodiscard]] std::string read_file(const std::filesystem::path& path, std::size_t limit);
/// The same, empty when there is no such file.
[[nodiscard]] std::optional<std::string> find_file(const std::filesystem::path& path, std::size_t limit);

/// Writes all of `bytes`, however often write(2) stops early. Throws Error{failed} naming `path` and the reason.
void write_all(int descriptor, std::string_view bytes, const std::filesystem::path& path);

/// Replaces a file so that a crash or full disk leaves the old or the new one: temporary name, fsync, rename,
/// fsync of the folder. `mode` is the new file's, whatever the umask.
void replace_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0600);

/// Makes a directory with mode 0700, and its missing parents; one that exists keeps its mode.
void create_private_directories(const std::filesystem::path& path);

/// What errno means, for the end of a message.
[[nodiscard]] std::string errno_text(int number);

}  // namespace tinystacks
