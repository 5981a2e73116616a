/* An application in C: loads a model, runs it, and makes every mistake that the
 * C API reports. Argument: the file of SmallNetwork (tests/engine). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "octet/c.h"

#define CHECK(condition)                                                     \
  do {                                                                       \
    if (!(condition)) {                                                      \
      fprintf(stderr, "line %d: %s; last error: %s\n", __LINE__, #condition, \
              octet_last_error());                                           \
      exit(1);                                                               \
    }                                                                        \
  } while (0)

static void CheckErrors(const char* path, octet_model* model) {
  octet_model* other = NULL;
  octet_session* session = NULL;
  octet_session_options options;
  octet_tensor tensor;
  float value = 0;

  CHECK(octet_model_load("no/such/file", &other) == OCTET_NOT_FOUND);
  CHECK(strstr(octet_last_error(), "no/such/file") != NULL);
  CHECK(other == NULL);
  CHECK(octet_model_from_memory(path, 3, &other) == OCTET_INVALID_MODEL);
  CHECK(octet_model_load(NULL, &other) == OCTET_INVALID_ARGUMENT);
  CHECK(octet_model_input(model, 1, &tensor) == OCTET_INVALID_ARGUMENT);
  CHECK(octet_model_output(model, -1, &tensor) == OCTET_INVALID_ARGUMENT);

  octet_session_options_init(&options);
  options.isa = "z80";
  CHECK(octet_session_create(model, &options, &session) == OCTET_UNSUPPORTED);
  CHECK(strstr(octet_last_error(), "z80") != NULL);
  options.isa = NULL;
  options.num_threads = -5;
  CHECK(octet_session_create(model, &options, &session) ==
        OCTET_INVALID_ARGUMENT);
  CHECK(session == NULL);
  CHECK(octet_session_create(model, NULL, &session) == OCTET_OK);
  CHECK(octet_session_run(session) == OCTET_INVALID_ARGUMENT);
  CHECK(octet_session_set_input_float(session, 0, &value, 1) ==
        OCTET_INVALID_ARGUMENT);
  CHECK(octet_session_get_output_float(session, 0, &value, 1) ==
        OCTET_INVALID_ARGUMENT);
  octet_session_free(session);
  octet_session_free(NULL);
  octet_model_free(NULL);
}

static void CheckMetadata(const octet_model* model) {
  octet_tensor tensor;
  CHECK(strlen(octet_version()) >= 5);
  CHECK(strcmp(octet_model_name(model), "test") == 0);
  CHECK(octet_model_num_inputs(model) == 1);
  CHECK(octet_model_num_outputs(model) == 1);
  CHECK(octet_model_input(model, 0, &tensor) == OCTET_OK);
  CHECK(tensor.rank == 4 && tensor.dims[1] == 8 && tensor.dims[3] == 3);
  CHECK(tensor.num_elements == 192);
  CHECK(tensor.zero_point == -1);
  CHECK(octet_model_output(model, 0, &tensor) == OCTET_OK);
  CHECK(tensor.rank == 2 && tensor.num_elements == 5);
  CHECK(tensor.scale == 1.0f / 256);
  CHECK(octet_model_num_labels(model) == 5);
  CHECK(strcmp(octet_model_label(model, 1), "bee") == 0);
  CHECK(octet_model_label(model, 5) == NULL);
}

/* Both ways in and out, on one thread and on two. */
static void CheckRun(octet_session* session, octet_session* on_two_threads) {
  float input[192];
  int8_t quantized[192];
  float scores[5];
  int8_t output[5], other[5];
  int i;
  float sum = 0;
  for (i = 0; i < 192; ++i) {
    quantized[i] = (int8_t)(i * 37 % 256 - 128);
    input[i] = 0.02f * (float)(quantized[i] + 1);
  }
  CHECK(octet_session_set_input_float(session, 0, input, 192) == OCTET_OK);
  CHECK(octet_session_run(session) == OCTET_OK);
  CHECK(octet_session_get_output_float(session, 0, scores, 5) == OCTET_OK);
  CHECK(octet_session_get_output_int8(session, 0, output, 5) == OCTET_OK);
  CHECK(octet_session_set_input_int8(on_two_threads, 0, quantized, 192) ==
        OCTET_OK);
  CHECK(octet_session_run(on_two_threads) == OCTET_OK);
  CHECK(octet_session_get_output_int8(on_two_threads, 0, other, 5) == OCTET_OK);
  for (i = 0; i < 5; ++i) {
    sum += scores[i];
    CHECK(scores[i] == (float)(output[i] + 128) / 256);
  }
  CHECK(sum > 0.97f && sum < 1.03f);
  CHECK(memcmp(output, other, sizeof(output)) == 0);
}

/* The file lets nothing vary: the same shape is fine, others are refused. */
static void CheckResize(octet_session* session) {
  const int32_t same[] = {1, 8, 8, 3};
  const int32_t larger[] = {2, 8, 8, 3};
  octet_tensor tensor;
  CHECK(octet_session_resize(session, 0, larger, 4) == OCTET_INVALID_ARGUMENT);
  CHECK(strstr(octet_last_error(), "dimension 0 of 1, not 2") != NULL);
  CHECK(octet_session_resize(session, 0, same, 99) == OCTET_INVALID_ARGUMENT);
  CHECK(octet_session_resize(session, 0, NULL, 4) == OCTET_INVALID_ARGUMENT);
  CHECK(octet_session_resize(session, 0, same, 4) == OCTET_OK);
  CHECK(octet_session_input(session, 0, &tensor) == OCTET_OK);
  CHECK(tensor.rank == 4 && tensor.dims[0] == 1 && tensor.dims[1] == 8);
  CHECK(strlen(tensor.name) > 0);
  CHECK(octet_session_output(session, 0, &tensor) == OCTET_OK);
  CHECK(tensor.num_elements == 5);
  CHECK(octet_session_output(session, 1, &tensor) == OCTET_INVALID_ARGUMENT);
}

int main(int argc, char** argv) {
  octet_model* model = NULL;
  octet_session* session = NULL;
  octet_session* on_two_threads = NULL;
  octet_session_options options;
  if (argc != 2) return 2;
  CHECK(strcmp(octet_last_error(), "") == 0);
  CHECK(octet_model_load(argv[1], &model) == OCTET_OK);
  CheckMetadata(model);
  CheckErrors(argv[1], model);
  CHECK(octet_session_create(model, NULL, &session) == OCTET_OK);
  CHECK(strlen(octet_session_isa(session)) > 0);
  octet_session_options_init(&options);
  options.num_threads = 2;
  options.isa = "scalar";
  CHECK(octet_session_create(model, &options, &on_two_threads) == OCTET_OK);
  CHECK(strcmp(octet_session_isa(on_two_threads), "scalar") == 0);
  octet_model_free(model); /* the sessions keep what they need */
  CheckRun(session, on_two_threads);
  CheckResize(session);
  CheckRun(session, on_two_threads);
  octet_session_free(session);
  octet_session_free(on_two_threads);
  return 0;
}
