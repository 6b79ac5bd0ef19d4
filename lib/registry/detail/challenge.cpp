#include "registry/detail/challenge.hpp"

#include "base/text.hpp"

#include <cctype>

namespace tinystacks::registry::detail {
namespace {

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    [[nodiscard]] bool at_end() const { return text_.empty(); }

    void skip(std::string_view characters)
    {
        text_.remove_prefix(std::min(text_.find_first_not_of(characters), text_.size()));
    }

    std::string token()
    {
        std::size_t end = 0;
        while (end < text_.size() &&
               (std::isalnum(static_cast<unsigned char>(text_[end])) != 0 ||
                std::string_view("!#$%&'*+-.^_`|~/").find(text_[end]) != std::string_view::npos)) {
            ++end;
        }
        return take(end);
    }

    bool accept(char c)
    {
        const bool found = text_.starts_with(c);
        text_.remove_prefix(found ? 1 : 0);
        return found;
    }

    /// The rest of a string whose opening quote is read.
    std::string quoted()
    {
        std::string value;
        while (!text_.empty() && text_.front() != '"') {
            if (text_.front() == '\\' && text_.size() > 1) {
                text_.remove_prefix(1);
            }
            value += text_.front();
            text_.remove_prefix(1);
        }
        (void)accept('"');
        return value;
    }

private:
    std::string take(std::size_t length)
    {
        std::string taken(text_.substr(0, length));
        text_.remove_prefix(length);
        return taken;
    }

    std::string_view text_;
};

}  // namespace

std::vector<Challenge> parse_challenges(std::string_view header)
{
    std::vector<Challenge> challenges;
    Reader reader(header);
    while (true) {
        reader.skip(" \t,");
        const auto word = to_lower(reader.token());
        if (word.empty()) {
            return challenges;
        }
        reader.skip(" \t");
        if (!reader.accept('=')) {
            challenges.push_back({word, {}});  // a word without '=' starts the next challenge
            continue;
        }
        reader.skip(" \t");
        const auto value = reader.accept('"') ? reader.quoted() : reader.token();
        if (challenges.empty()) {
            return challenges;
        }
        challenges.back().values[word] = value;
    }
}

}  // namespace tinystacks::registry::detail
