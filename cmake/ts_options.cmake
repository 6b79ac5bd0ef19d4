# Flags every target of ours gets, as one interface target. Warnings are errors only where TS_STRICT is on
# (presets dev and asan), so that a packager's newer compiler never breaks a build.
option(TS_STRICT "Treat warnings as errors" OFF)
set(TS_SANITIZE "" CACHE STRING "Sanitizers to build with, such as address,undefined")
option(TS_COVERAGE "Instrument for gcov" OFF)
option(TS_CRASH_POINTS "Let tests kill the program at numbered moments" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(ts_options INTERFACE)
target_compile_options(ts_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  -fno-strict-aliasing -fstack-protector-strong
  # One build folder gives the same bytes as another.
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
target_link_options(ts_options INTERFACE -Wl,-z,relro,-z,now -Wl,--as-needed)
# Half a megabyte of relocations that every start reads; glibc takes them packed since 2.36.
include(CheckCXXSourceRuns)
set(CMAKE_REQUIRED_LINK_OPTIONS -Wl,-z,pack-relative-relocs)
check_cxx_source_runs("int main() {}" TS_PACKED_RELOCATIONS)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
if(TS_PACKED_RELOCATIONS)
  target_link_options(ts_options INTERFACE -Wl,-z,pack-relative-relocs)
endif()
if(TS_STRICT)
  target_compile_options(ts_options INTERFACE -Werror)
endif()
if(TS_SANITIZE)
  # Every check carries pointers: ten million relocations, half a second of each start, if the place is not fixed.
  set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(ts_options INTERFACE -fno-pie)
  # ASan would fence the undefined-behaviour checks' own data too, which are most of the globals; the library's
  # assertions watch our tables instead.
  target_compile_options(ts_options INTERFACE --param=asan-globals=0)
  target_compile_definitions(ts_options INTERFACE _GLIBCXX_ASSERTIONS)
  target_link_options(ts_options INTERFACE -no-pie)
  target_compile_options(ts_options INTERFACE -fsanitize=${TS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(ts_options INTERFACE -fsanitize=${TS_SANITIZE})
else()
  target_link_options(ts_options INTERFACE -pie)
  target_compile_definitions(ts_options INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
endif()
if(TS_CRASH_POINTS)
  add_compile_definitions(TS_CRASH_POINTS)
endif()
if(TS_COVERAGE)
  target_compile_options(ts_options INTERFACE --coverage)
  target_link_options(ts_options INTERFACE --coverage)
endif()

find_program(TS_CCACHE ccache)
if(TS_CCACHE)
  # Without this ccache leaves out the precompiled header, and whatever includes it.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${TS_CCACHE})
endif()
