# Runs the consumers in FOLDER with the file MODEL.
foreach(consumer cpp_consumer c_consumer)
  execute_process(COMMAND "${FOLDER}/${consumer}" "${MODEL}"
    RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${consumer} ended with ${result}")
  endif()
endforeach()
