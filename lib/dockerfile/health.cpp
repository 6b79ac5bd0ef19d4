#include "dockerfile/recipe.hpp"

#include <fmt/core.h>

namespace tinystacks::dockerfile {

Health node_health(int port, const std::string& path)
{
    return {
        {"node", "-e",
         fmt::format("fetch('http://127.0.0.1:'+(process.env.PORT||{})+'{}').then(r=>process.exit(r.status<500?0:1),"
                     "()=>process.exit(1))",
                     port, path)},
        10,
        ""};
}

Health python_health(int port, const std::string& path)
{
    return {
        {"python", "-c",
         fmt::format("import os,sys,http.client as h;c=h.HTTPConnection('127.0.0.1',int(os.environ.get('PORT','{}')),"
                     "timeout=2);c.request('GET','{}');sys.exit(c.getresponse().status>=500)",
                     port, path)},
        10,
        ""};
}

Health ruby_health(int port, const std::string& path)
{
    return {{"ruby", "-rnet/http", "-e",
             fmt::format("exit(Net::HTTP.get_response('127.0.0.1','{}',Integer(ENV.fetch('PORT','{}'))).code.to_i<500)",
                         path, port)},
            30,
            ""};
}

Health php_health(int port, const std::string& path)
{
    return {{"php", "-r",
             fmt::format("$c=stream_context_create(['http'=>['ignore_errors'=>true,'timeout'=>2]]);"
                         "@file_get_contents('http://127.0.0.1:'.(getenv('PORT')?:'{}').'{}',false,$c);"
                         "preg_match('/ (\\d+)/',$http_response_header[0] ?? '',$m);exit(($m[1] ?? 500)<500?0:1);",
                         port, path)},
            10,
            ""};
}

Health bash_health(int port, const std::string& path)
{
    return {{"bash", "-c",
             fmt::format(
                 "exec 3<>/dev/tcp/127.0.0.1/${{PORT:-{}}} && printf 'GET {} HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ s "
                 "_ <&3 && [ \"$s\" -lt 500 ]",
                 port, path)},
            10,
            ""};
}

Health wget_health(int port, const std::string& path)
{
    return {{"/bin/sh", "-c", fmt::format("wget -q -O /dev/null \"http://127.0.0.1:${{PORT:-{}}}{}\"", port, path)},
            10,
            ""};
}

}  // namespace tinystacks::dockerfile
