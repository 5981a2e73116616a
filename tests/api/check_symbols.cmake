# LIBRARY defines the public API, and a shared one shows nothing else of Octet.
# Templates and inline functions of the standard library do not count.
if(LIBRARY MATCHES "\\.a$")
  set(options -g)
else()
  set(options -g -D)
endif()
execute_process(COMMAND "${NM}" -C ${options} --defined-only "${LIBRARY}"
  OUTPUT_VARIABLE output RESULT_VARIABLE result ERROR_QUIET)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${NM} failed for ${LIBRARY}")
endif()
foreach(name octet_session_run octet_model_load octet_last_error
    "octet::Session::Run\\(\\)" "octet::Model::Load" "octet::ListIsas"
    "octet::CreateThreadPool" "octet::DefaultAllocator")
  if(NOT output MATCHES "${name}")
    message(FATAL_ERROR "${LIBRARY} does not define ${name}")
  endif()
endforeach()
if(LIBRARY MATCHES "\\.a$")
  return()
endif()
set(api "Model|Session|ThreadPool|CreateThreadPool|Allocator|DefaultAllocator")
string(APPEND api "|ListIsas")
string(REGEX MATCHALL "[^\n]+" lines "${output}")
foreach(line IN LISTS lines)
  if(line MATCHES "^[0-9a-f]+ [A-Za-z] octet::" AND
      NOT line MATCHES "^[0-9a-f]+ [A-Za-z] octet::(${api})(::|\\(|$)" OR
      line MATCHES "Session::Implementation::")
    message(FATAL_ERROR "not part of the API: ${line}")
  endif()
endforeach()
