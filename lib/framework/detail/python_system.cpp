#include "framework/detail/python_system.hpp"

#include "base/text.hpp"

#include <array>

namespace tinystacks::framework::python {
namespace {

struct Need {
    std::string_view dependency;
    std::string_view build;  ///< separated by blanks
    std::string_view run;
};

/// Source: the installation pages of the packages named.
constexpr std::array<Need, 34> needs = {{
    {"psycopg2", "gcc libc6-dev libpq-dev", "libpq5"},
    {"psycopg", "", "libpq5"},
    {"mysqlclient", "default-libmysqlclient-dev gcc libc6-dev pkg-config", "libmariadb3"},
    {"pycairo", "gcc libc6-dev libcairo2-dev pkg-config", "libcairo2"},
    {"cairosvg", "", "libcairo2"},
    {"cairocffi", "", "libcairo2"},
    {"weasyprint", "", "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"},
    {"xhtml2pdf", "gcc libc6-dev libcairo2-dev pkg-config", "libcairo2"},
    {"pdf2image", "", "poppler-utils"},
    {"pydub", "", "ffmpeg"},
    {"moviepy", "", "ffmpeg"},
    {"ffmpeg-python", "", "ffmpeg"},
    {"openai-whisper", "", "ffmpeg"},
    {"yt-dlp", "", "ffmpeg"},
    {"opencv-python", "", "libgl1 libglib2.0-0"},
    {"opencv-contrib-python", "", "libgl1 libglib2.0-0"},
    {"easyocr", "", "libgl1 libglib2.0-0"},
    {"ultralytics", "", "libgl1 libglib2.0-0"},
    {"pyodbc", "g++ libc6-dev unixodbc-dev", "unixodbc"},
    {"python-magic", "", "libmagic1"},
    {"pytesseract", "", "tesseract-ocr"},
    {"xmlsec", "gcc libc6-dev libxml2-dev libxmlsec1-dev libxmlsec1-openssl pkg-config", "libxmlsec1-openssl"},
    {"python3-saml", "gcc libc6-dev libxml2-dev libxmlsec1-dev libxmlsec1-openssl pkg-config", "libxmlsec1-openssl"},
    {"python-ldap", "gcc libc6-dev libldap2-dev libsasl2-dev", "libldap-2.5-0 libsasl2-2"},
    {"uwsgi", "gcc libc6-dev", ""},
    {"pycurl", "gcc libc6-dev libcurl4-openssl-dev libssl-dev", "libcurl4"},
    {"gdal", "g++ libc6-dev libgdal-dev", "libgdal32"},
    {"django-gis", "", "gdal-bin"},
    {"pyaudio", "gcc libc6-dev portaudio19-dev", "libportaudio2"},
    {"soundfile", "", "libsndfile1"},
    {"librosa", "", "libsndfile1"},
    {"graphviz", "", "graphviz"},
    {"gitpython", "", "git"},
    {"wkhtmltopdf", "", "wkhtmltopdf"},
}};

void append(std::vector<std::string>& packages, std::string_view names)
{
    for (const auto name : split(names, ' ')) {
        if (!name.empty()) {
            packages.emplace_back(name);
        }
    }
}

}  // namespace

System system_packages(const Requirements& requirements)
{
    System system;
    const auto& dependencies = requirements.dependencies;
    if (requirements.from_git) {
        append(system.build, "git");
    }
    for (const auto& need : needs) {
        const auto has_wheel = need.dependency == "psycopg" && dependencies.has_extra("psycopg", "binary");
        if (!dependencies.has(need.dependency) || has_wheel) {
            continue;
        }
        append(system.build, need.build);
        append(system.run, need.run);
        system.reasons.push_back(fmt::format("{} needs {}", need.dependency, need.run.empty() ? need.build : need.run));
    }
    if (dependencies.has_extra("psycopg", "c")) {
        append(system.build, "gcc libc6-dev libpq-dev");
    }
    return system;
}

}  // namespace tinystacks::framework::python
