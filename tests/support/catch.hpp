#pragma once

// The one place that knows which Catch2 this is: version 2 in Debian 12, version 3 elsewhere.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
