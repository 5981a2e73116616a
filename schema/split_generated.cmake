# Moves the object API out of the header that flatc wrote, into one source:
# inline in the header, its definitions instantiate the templates of every table
# in every file that includes it, the better part of a second each.
#
#   cmake -DGENERATED=FILE.h -DHEADER=FILE.h -DSOURCE=FILE.cc
#         -P split_generated.cmake
file(READ "${GENERATED}" text)

# position_of(TEXT PATTERN RESULT): where the regular expression first matches.
function(position_of text pattern result)
  string(REGEX MATCH "${pattern}" match "${text}")
  if(match STREQUAL "")
    message(FATAL_ERROR "${GENERATED}: no '${pattern}'; does this flatc write"
      " another form of header? Change split_generated.cmake with it.")
  endif()
  string(FIND "${text}" "${match}" position)
  set(${result} ${position} PARENT_SCOPE)
endfunction()

position_of("${text}"
  "\ninline [A-Za-z0-9]+T \\*[A-Za-z0-9]+::UnPack\\(" first)
position_of("${text}" "\ninline bool VerifyOperatorOptions\\(" verifiers)
position_of("${text}" "\ninline void \\*OperatorOptionsUnion::UnPack\\(" union)
position_of("${text}"
  "\ninline const octet::schema::Model \\*GetModel\\(" last)
if(NOT (first LESS verifiers AND verifiers LESS union AND union LESS last))
  message(FATAL_ERROR "${GENERATED}: its parts have another order")
endif()

math(EXPR tables_length "${verifiers} - ${first}")
math(EXPR verifiers_length "${union} - ${verifiers}")
math(EXPR union_length "${last} - ${union}")
string(SUBSTRING "${text}" 0 ${first} head)
string(SUBSTRING "${text}" ${first} ${tables_length} tables)
string(SUBSTRING "${text}" ${verifiers} ${verifiers_length} verify)
string(SUBSTRING "${text}" ${union} ${union_length} unions)
string(SUBSTRING "${text}" ${last} -1 tail)
string(REPLACE "\ninline " "\n" objects "${tables}${unions}")

file(WRITE "${HEADER}" "${head}${verify}${tail}")
file(WRITE "${SOURCE}" "#include \"schema/octet_generated.h\"\n
namespace octet {\nnamespace schema {\n${objects}
}  // namespace schema\n}  // namespace octet\n")
