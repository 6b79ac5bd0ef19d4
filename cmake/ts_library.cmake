# ts_library(<noun> USES <nouns...> SOURCES <files...> [LINK <targets...>])
#
# One folder of lib/ as one static library. USES names every folder it may include; a folder that is not declared
# yet stops configuring, so lib/CMakeLists.txt stands in layer order, and test layers.<noun> fails on an #include of
# a folder outside USES or of another folder's detail/.
set(TS_LAYER_CHECK "${CMAKE_CURRENT_LIST_DIR}/check_layers.cmake")

function(ts_library noun)
  cmake_parse_arguments(arg "" "" "USES;SOURCES;LINK" ${ARGN})
  foreach(used IN LISTS arg_USES)
    if(NOT TARGET tinystacks_${used})
      message(FATAL_ERROR "lib/${noun} uses '${used}', which stands above it or does not exist; see docs/architecture.md")
    endif()
  endforeach()
  add_library(tinystacks_${noun} STATIC ${arg_SOURCES})
  target_include_directories(tinystacks_${noun} PUBLIC "${PROJECT_SOURCE_DIR}/lib")
  list(TRANSFORM arg_USES PREPEND tinystacks_ OUTPUT_VARIABLE libraries)
  target_link_libraries(tinystacks_${noun} PUBLIC ${libraries} fmt::fmt PRIVATE ${arg_LINK} ts_options)
  if(BUILD_TESTING)
    add_test(NAME layers.${noun}
      COMMAND ${CMAKE_COMMAND} -DNOUN=${noun} "-DUSES=${arg_USES}"
              -DLIB=${PROJECT_SOURCE_DIR}/lib -P ${TS_LAYER_CHECK})
    set_tests_properties(layers.${noun} PROPERTIES LABELS layers)
  endif()
endfunction()
