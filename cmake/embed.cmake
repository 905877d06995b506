# Writes OUTPUT for throng_embed().
#   cmake -DOUTPUT=… -DHEADER=… -DNAMESPACE=… -DDIRECTORY=… -DCONSTANTS=… -DTABLE=… -DFILES=… -P embed.cmake

function(read_literal file)
  file(READ "${DIRECTORY}/${file}" text)
  set(literal "R\"__file(${text})__file\"" PARENT_SCOPE)
endfunction()

set(source "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n\n")

foreach(pair IN LISTS CONSTANTS)
  string(REGEX MATCH "^([^=]+)=(.+)$" _ "${pair}")
  set(constant ${CMAKE_MATCH_1})
  read_literal(${CMAKE_MATCH_2})
  string(APPEND source "const std::string_view ${constant} = ${literal};\n")
endforeach()

if(TABLE)
  string(APPEND source "static constexpr File kAll[] = {\n")
  foreach(file IN LISTS FILES)
    read_literal(${file})
    file(SHA256 "${DIRECTORY}/${file}" hash)
    string(APPEND source "{\"${file}\", \"${hash}\", ${literal}},\n")
  endforeach()
  string(APPEND source "};\nconst std::span<const File> ${TABLE} = kAll;\n")
endif()

string(APPEND source "\n}  // namespace ${NAMESPACE}\n")
file(WRITE "${OUTPUT}" "${source}")
