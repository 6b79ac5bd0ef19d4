#include "aws/profile.hpp"

#include "aws/detail/environment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <fmt/core.h>

#include <vector>

namespace tinystacks::aws {
namespace {

constexpr std::size_t file_limit = std::size_t{1} << 20;

std::size_t indent_of(std::string_view line)
{
    const auto at = line.find_first_not_of(" \t");
    return at == std::string_view::npos ? line.size() : at;
}

class SectionReader {
public:
    explicit SectionReader(const std::string& file) : where_{file, 0, 0} {}

    void read_line(std::string_view line)
    {
        ++where_.line;
        const auto text = trim(line);
        if (text.empty() || text.front() == '#' || text.front() == ';') {
            return;
        }
        const auto indent = indent_of(line);
        if (!name_.empty() && indent > name_indent_) {
            continue_value(text);
        } else if (text.front() == '[' && text.find(']') != std::string_view::npos) {
            open_section(trim(text.substr(1, text.find(']') - 1)));
        } else {
            read_setting(text, indent);
        }
    }

    std::map<std::string, Settings, std::less<>> take() { return std::move(sections_); }

private:
    [[noreturn]] void refuse(const std::string& why) const
    {
        throw Error(ErrorKind::invalid_input, "{}", why).at(where_);
    }

    void open_section(std::string_view title)
    {
        name_.clear();
        const auto [entry, is_new] = sections_.emplace(title, Settings());
        if (!is_new) {
            refuse(fmt::format("a second section '[{}]'", printable(title)));
        }
        section_ = &entry->second;
    }

    void read_setting(std::string_view text, std::size_t indent)
    {
        const auto at = text.find_first_of("=:");
        if (at == std::string_view::npos || at == 0) {
            refuse("a line that is no '[section]' and no 'name = value'");
        }
        if (section_ == nullptr) {
            refuse("a setting before the first section");
        }
        name_ = to_lower(trim(text.substr(0, at)));
        name_indent_ = indent;
        const auto value = trim(text.substr(at + 1));
        is_block_ = value.empty();
        if (!section_->emplace(name_, value).second) {
            refuse(fmt::format("a second value for '{}'", printable(name_)));
        }
    }

    void continue_value(std::string_view text)
    {
        if (!is_block_) {
            auto& value = (*section_)[name_];
            value += "\n" + std::string(text);
            return;
        }
        const auto at = text.find('=');
        if (at == std::string_view::npos) {
            refuse("a line of an indented block that is no 'name = value'");
        }
        (*section_)[name_ + "." + to_lower(trim(text.substr(0, at)))] = trim(text.substr(at + 1));
    }

    Position where_;
    std::map<std::string, Settings, std::less<>> sections_;
    Settings* section_ = nullptr;
    std::string name_;  ///< of the last setting
    std::size_t name_indent_ = 0;
    bool is_block_ = false;
};

/// `profile "my shop"` is called my shop: what follows the word, without quotes. Empty for another kind of section.
std::optional<std::string> find_title(std::string_view title, std::string_view kind)
{
    if (!title.starts_with(kind) || title.size() <= kind.size() ||
        title.find_first_of(" \t", kind.size()) != kind.size()) {
        return std::nullopt;
    }
    auto name = trim(title.substr(kind.size()));
    if (name.size() >= 2 && (name.front() == '"' || name.front() == '\'') && name.back() == name.front()) {
        name = name.substr(1, name.size() - 2);
    }
    return name.empty() ? std::nullopt : std::optional(std::string(name));
}

std::filesystem::path path_of(const std::map<std::string, std::string>& environment, const char* variable,
                              const char* usual)
{
    const auto given = detail::value_of(environment, variable);
    return detail::in_home(given.empty() ? usual : given, environment);
}

Profiles::Sections read_sections(const std::filesystem::path& file)
{
    std::optional<std::string> text;
    try {
        text = find_file(file, file_limit);
    } catch (const Error& error) {
        // AWS_CONFIG_FILE=/dev/null is how one says "no file".
        if (file == "/dev/null") {
            return {};
        }
        throw;
    }
    return text ? parse_sections(*text, file.string()) : Profiles::Sections();
}

void sort_config(Profiles& profiles, Profiles::Sections sections)
{
    for (auto& [title, settings] : sections) {
        if (title == "default") {
            profiles.in_config.insert_or_assign("default", std::move(settings));
        } else if (const auto profile = find_title(title, "profile")) {
            profiles.in_config.emplace(*profile, std::move(settings));
        } else if (const auto session = find_title(title, "sso-session")) {
            profiles.sso_sessions.emplace(*session, std::move(settings));
        } else if (const auto services = find_title(title, "services")) {
            profiles.services.emplace(*services, std::move(settings));
        }
    }
}

std::string next_step(const std::string& name, const std::vector<std::string>& known)
{
    if (known.empty()) {
        return "aws configure --profile " + shell_quote(name);
    }
    const auto nearest = find_nearest(name, known);
    return nearest ? "export AWS_PROFILE=" + shell_quote(*nearest)
                   : "set AWS_PROFILE to one of " + printable(join(known, ", "));
}

[[noreturn]] void refuse_unknown(const Profiles& profiles)
{
    std::vector<std::string> known;
    for (const auto& [name, settings] : profiles.profiles) {
        known.push_back(name);
    }
    throw Error(ErrorKind::not_found, "there is no profile '{}' in '{}' or '{}'", printable(profiles.chosen),
                profiles.config_file.string(), profiles.credentials_file.string())
        .with_hint(next_step(profiles.chosen, known));
}

}  // namespace

std::map<std::string, Settings, std::less<>> parse_sections(std::string_view text, const std::string& file)
{
    if (!is_utf8(text)) {
        throw Error(ErrorKind::invalid_input, "not UTF-8").at({file, 0, 0});
    }
    SectionReader reader(file);
    for (const auto line : split(text, '\n')) {
        reader.read_line(line);
    }
    return reader.take();
}

std::optional<std::string> Profiles::find(std::string_view name) const
{
    const auto profile = profiles.find(chosen);
    if (profile == profiles.end()) {
        return std::nullopt;
    }
    const auto setting = profile->second.find(name);
    return setting == profile->second.end() ? std::nullopt : std::optional(setting->second);
}

Profiles load_profiles(const std::map<std::string, std::string>& environment)
{
    Profiles profiles{.config_file = path_of(environment, "AWS_CONFIG_FILE", "~/.aws/config"),
                      .credentials_file = path_of(environment, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
                      .chosen = "default"};
    for (const auto* variable : {"AWS_DEFAULT_PROFILE", "AWS_PROFILE"}) {
        if (const auto name = detail::value_of(environment, variable); !name.empty() && !profiles.asked_for) {
            profiles.chosen = name;
            profiles.asked_for = true;
        }
    }
    sort_config(profiles, read_sections(profiles.config_file));
    profiles.in_credentials = read_sections(profiles.credentials_file);
    profiles.profiles = profiles.in_config;
    for (const auto& [name, settings] : profiles.in_credentials) {
        auto& merged = profiles.profiles[name];
        for (const auto& [key, value] : settings) {
            merged.insert_or_assign(key, value);
        }
    }
    if (profiles.asked_for && !profiles.profiles.contains(profiles.chosen)) {
        refuse_unknown(profiles);
    }
    return profiles;
}

}  // namespace tinystacks::aws
