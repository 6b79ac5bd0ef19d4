#pragma once

namespace tinystacks {

/// A moment after which something outside has changed: in a build with TS_CRASH_POINTS the process is killed at the one
/// whose number TINYSTACKS_CRASH_AT names, as a power cut would (security requirement DU-01); else nothing.
/// TINYSTACKS_CRASH_LOG names a file that gets a line for each that is passed.
#ifdef TS_CRASH_POINTS
void crash_point(const char* what);
#else
inline void crash_point(const char* /*what*/) {}
#endif

}  // namespace tinystacks
