#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "log/journal.hpp"
#include "pipeline/detail/upload.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/service_desk.hpp"

using namespace tinystacks;
namespace fs = std::filesystem;

namespace {

class Notes final : public log::Sink {
public:
    void write(const log::Event& event) override { notes.push_back(std::get<log::Note>(event.body)); }
    std::vector<log::Note> notes;
};

/// Reads what is uploaded, as the network would: the file is gone afterwards.
class ReadingTransport final : public http::Transport {
public:
    explicit ReadingTransport(http::Transport& inner) : inner_(inner) {}
    http::Response send(const http::Request& request, const http::OnBody& on_body,
                        const Interruption& interruption) override
    {
        bodies.push_back(request.body_file.empty() ? request.body : read_file(request.body_file, 1 << 20));
        return inner_.send(request, on_body, interruption);
    }
    std::vector<std::string> bodies;

private:
    http::Transport& inner_;
};

struct Desk {
    support::ServiceDesk aws = {};
    ReadingTransport transport{aws.transport};
    aws::Client client{{transport,
                        aws.environment,
                        [this] { return aws.now; },
                        {[] { return std::chrono::steady_clock::time_point(); }, [this] { return aws.now; },
                         [](std::chrono::milliseconds, const Interruption&) {}, [] { return 0.5; }}},
                       aws.keys,
                       "us-east-1"};
    aws::S3 s3{client};
    Notes sink = {};
    Interruption interruption = {};
    TempDir directory = TempDir();

    pipeline::Vault vault()
    {
        return {s3, "shop-logs", "shop", "r1", sink, [this] { return aws.now; }, interruption};
    }
    [[nodiscard]] std::string key(std::size_t number) const
    {
        const std::string host = "https://shop-logs.s3.us-east-1.amazonaws.com/";
        const auto& url = aws.asked(number).url;
        return url.starts_with(host) ? url.substr(host.size()) : url;
    }
    void write(const fs::path& file, const std::string& text) const
    {
        fs::create_directories((directory.path() / file).parent_path());
        replace_file(directory.path() / file, text);
    }
};

log::Event lines(const std::string& stage, log::Channel channel, const std::string& text)
{
    return {Time(), stage, log::Lines{channel, log::Source::output, 1, text}};
}

}  // namespace

TEST_CASE("store_log stores one log of the journal and leaves no file behind", "[pipeline]")
{
    Desk desk;
    const auto place = desk.directory.path() / "journal";
    log::Journal journal(place);
    journal.write(lines("", log::Channel::build, "step one\n"));
    journal.write(lines("dev", log::Channel::release, "releasing\n"));
    journal.write({Time(), "", log::StepBegan{"build"}});
    journal.write({Time(), "", log::Gap{log::Channel::build, 12, 3}});
    journal.write(lines("", log::Channel::build, "step two\n"));
    desk.aws.transport.reply(200, "");
    desk.aws.transport.reply(200, "");
    const auto vault = desk.vault();
    fs::create_directories(desk.directory.path() / "work");
    store_log(vault, {log::Channel::build, ""}, place, desk.directory.path() / "work");
    store_log(vault, {log::Channel::release, "dev"}, place, desk.directory.path() / "work");
    CHECK(desk.key(0) == "tinystacks/shop/logs/r1/build.log");
    CHECK(desk.key(1) == "tinystacks/shop/logs/r1/release-dev.log");
    CHECK(desk.transport.bodies ==
          std::vector<std::string>{"step one\n\n(12 bytes, 3 lines were lost here)\nstep two\n", "releasing\n"});
    CHECK(desk.aws.header("content-type") == "text/plain; charset=utf-8");
    CHECK(fs::is_empty(desk.directory.path() / "work"));
    CHECK(desk.sink.notes.empty());
}

TEST_CASE("store_artifacts stores every file under its name", "[pipeline]")
{
    Desk desk;
    desk.write("artifacts/primary/dist/a b.txt", "a");
    desk.write("artifacts/secondary/docs/index.html", "docs");
    desk.write("outside", "private");
    fs::create_symlink("dist/a b.txt", desk.directory.path() / "artifacts/primary/link");
    fs::create_symlink(desk.directory.path() / "outside", desk.directory.path() / "artifacts/primary/leak");
    fs::create_symlink("nowhere", desk.directory.path() / "artifacts/primary/broken");
    for (int i = 0; i < 3; ++i) {
        desk.aws.transport.reply(200, "");
    }
    store_artifacts(desk.vault(), {log::Channel::build, ""}, desk.directory.path() / "artifacts");
    const std::string prefix = "tinystacks/shop/artifacts/r1/build/";
    CHECK(desk.key(0) == prefix + "primary/dist/a%20b.txt");
    CHECK(desk.key(1) == prefix + "primary/link");
    CHECK(desk.key(2) == prefix + "secondary/docs/index.html");
    CHECK(desk.transport.bodies == std::vector<std::string>{"a", "a", "docs"});
    CHECK(desk.sink.notes.empty());

    store_artifacts(desk.vault(), {log::Channel::release, "dev"}, desk.directory.path() / "none");
    CHECK(desk.transport.bodies.size() == 3);
}

TEST_CASE("what cannot be stored is one warning", "[pipeline]")
{
    Desk desk;
    desk.write("artifacts/primary/a", "a");
    desk.write("artifacts/primary/b", "b");
    desk.aws.transport.reply(403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
    store_artifacts(desk.vault(), {log::Channel::release, "dev"}, desk.directory.path() / "artifacts");
    store_log(desk.vault(), {log::Channel::build, ""}, desk.directory.path() / "journal",
              desk.directory.path() / "no-such-folder");
    REQUIRE(desk.sink.notes.size() == 2);
    CHECK(desk.sink.notes[0].severity == Severity::warning);
    CHECK(desk.sink.notes[0].message ==
          "the artifacts of the release are not all in s3://shop-logs/tinystacks/shop/artifacts/r1/release-dev/: "
          "PutObject: Access Denied (AccessDenied)");
    CHECK(desk.sink.notes[1].message.starts_with(
        "the build log is not in s3://shop-logs/tinystacks/shop/logs/r1/build.log: "));
    CHECK(desk.transport.bodies.size() == 1);
}

TEST_CASE("an interruption of an upload is no warning", "[pipeline]")
{
    Desk desk;
    std::stop_source stop;
    desk.interruption.gently = stop.get_token();
    stop.request_stop();
    desk.write("artifacts/primary/a", "a");
    CHECK_THROWS_AS(store_artifacts(desk.vault(), {log::Channel::build, ""}, desk.directory.path() / "artifacts"),
                    Interrupted);
}
