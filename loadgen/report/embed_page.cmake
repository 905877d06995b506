# Writes OUTPUT, a C++ source that defines the constants of page_files.hpp with the files in PAGE_DIR.
#   cmake -DPAGE_DIR=… -DOUTPUT=… -P embed_page.cmake

function(embed constant file)
  file(READ "${PAGE_DIR}/${file}" text)
  string(APPEND source "const std::string_view ${constant} = R\"__page(${text})__page\";\n")
  set(source "${source}" PARENT_SCOPE)
endfunction()

set(source "#include \"loadgen/report/page_files.hpp\"\n\nnamespace throng::report {\n\n")
embed(kPageTemplate report.html.in)
embed(kPageStyle report.css)
embed(kPageScript report.js)
string(APPEND source "\n}  // namespace throng::report\n")
file(WRITE "${OUTPUT}" "${source}")
