# ts_embed(<output.cpp> <files...>): compiles files into the program, as a function
# `std::span<const EmbeddedFile> embedded_files()` in namespace tinystacks::templates.
# Names are relative to templates/. Each build step depends on the files it embeds.
set(TS_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/embed.cmake")

function(ts_embed output)
  list(JOIN ARGN "|" files)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} "-DFILES=${files}" -DROOT=${PROJECT_SOURCE_DIR}/templates -P ${TS_EMBED_SCRIPT}
    DEPENDS ${ARGN} ${TS_EMBED_SCRIPT}
    VERBATIM)
endfunction()
