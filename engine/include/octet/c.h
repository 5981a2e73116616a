/* The C API of Octet: models and sessions for languages that speak C.
 *
 *   octet_model* model;
 *   octet_session* session;
 *   if (octet_model_load("digits.octet", &model) != OCTET_OK) {
 *     fprintf(stderr, "%s\n", octet_last_error());
 *   }
 *   octet_session_create(model, NULL, &session);
 *   octet_session_set_input_float(session, 0, pixels, num_pixels);
 *   octet_session_run(session);
 *   octet_session_get_output_float(session, 0, scores, num_scores);
 *   octet_session_free(session);
 *   octet_model_free(model);
 *
 * Conventions:
 *  - Functions that can fail return an octet_status. After an error,
 *    octet_last_error() says what happened, and results are not written.
 *  - The caller frees what a function returns through a pointer to a pointer,
 *    with the free function of its type; freeing NULL does nothing.
 *  - Strings returned belong to the model and live as long as it.
 *  - Threads: a model may be used by any number of threads, a session by one
 *    at a time. A session keeps its model alive.
 *  - octet/model.h and octet/session.h describe the same objects in full.
 */

#ifndef OCTET_C_H_
#define OCTET_C_H_

#include <stddef.h>
#include <stdint.h>

#include "octet/export.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct octet_model octet_model;
typedef struct octet_session octet_session;

/* The values are fixed; those of octet::StatusCode. */
typedef enum octet_status {
  OCTET_OK = 0,
  OCTET_INVALID_ARGUMENT = 1,
  OCTET_NOT_FOUND = 2,
  OCTET_INVALID_MODEL = 3,
  OCTET_UNSUPPORTED = 4,
  OCTET_RESOURCE_EXHAUSTED = 5,
  OCTET_IO_ERROR = 6,
  OCTET_INTERNAL = 7
} octet_status;

/* "0.1.0" */
OCTET_EXPORT const char* octet_version(void);

/* What went wrong in this thread's last call that failed; "" before the first.
 * Valid until the thread's next call that fails. Longer messages are cut to
 * 1023 bytes. */
OCTET_EXPORT const char* octet_last_error(void);

/* The largest number of dimensions of a tensor. */
#define OCTET_MAX_RANK 6

/* The values are fixed; those of octet::DataType. */
typedef enum octet_data_type {
  OCTET_INT8 = 0, /* q, which stands for scale * (q - zero_point) */
  OCTET_UINT8 = 1,
  OCTET_INT32 = 3,
  OCTET_FLOAT32 = 4,
  OCTET_INT64 = 5,
  OCTET_BOOL = 6 /* a byte, 0 or 1 */
} octet_data_type;

/* An input or output. */
typedef struct octet_tensor {
  const char* name;
  int32_t rank;
  int32_t dims[OCTET_MAX_RANK]; /* outermost first; pictures NHWC */
  float scale;                  /* of OCTET_INT8 alone, as zero_point */
  int32_t zero_point;
  size_t num_elements;
  octet_data_type type;
  size_t num_bytes;
} octet_tensor;

/* Maps and verifies the file at `path`. It must not change while the model
 * lives. */
OCTET_EXPORT octet_status octet_model_load(const char* path,
                                           octet_model** model);
/* The same for bytes in memory, which must stay as they are while the model and
 * its sessions live. */
OCTET_EXPORT octet_status octet_model_from_memory(const void* data, size_t size,
                                                  octet_model** model);
OCTET_EXPORT void octet_model_free(octet_model* model);

OCTET_EXPORT const char* octet_model_name(const octet_model* model);
OCTET_EXPORT int octet_model_num_inputs(const octet_model* model);
OCTET_EXPORT int octet_model_num_outputs(const octet_model* model);
OCTET_EXPORT octet_status octet_model_input(const octet_model* model, int index,
                                            octet_tensor* tensor);
OCTET_EXPORT octet_status octet_model_output(const octet_model* model,
                                             int index, octet_tensor* tensor);
/* Class names: label i names index i of the last dimension of output 0. */
OCTET_EXPORT int octet_model_num_labels(const octet_model* model);
/* NULL if there is no such label. */
OCTET_EXPORT const char* octet_model_label(const octet_model* model, int index);

/* How a session runs; never what it computes. Fill it with
 * octet_session_options_init first, so that later members have their
 * defaults. */
typedef struct octet_session_options {
  int num_threads; /* the calling one included; 0: as many as pay off */
  const char* isa; /* "avx2", ...; NULL: OCTET_ISA, or the best of this CPU */
} octet_session_options;

/* One thread, the best instruction set. */
OCTET_EXPORT void octet_session_options_init(octet_session_options* options);

/* options may be NULL. */
OCTET_EXPORT octet_status octet_session_create(
    const octet_model* model, const octet_session_options* options,
    octet_session** session);
OCTET_EXPORT void octet_session_free(octet_session* session);

/* An input or output with its shape in this session. Its name lives as long as
 * the session. */
OCTET_EXPORT octet_status octet_session_input(const octet_session* session,
                                              int index, octet_tensor* tensor);
OCTET_EXPORT octet_status octet_session_output(const octet_session* session,
                                               int index, octet_tensor* tensor);

/* Gives an input another shape, of `rank` dimensions, where the model allows
 * it. All inputs must be set again. On an error the session is as it was. */
OCTET_EXPORT octet_status octet_session_resize(octet_session* session,
                                               int index, const int32_t* dims,
                                               int rank);

/* Copies `size` values in; size must be the tensor's num_elements. Floats are
 * quantized with its scale and zero point. An input keeps its values until it
 * is set again. */
OCTET_EXPORT octet_status octet_session_set_input_float(octet_session* session,
                                                        int index,
                                                        const float* values,
                                                        size_t size);
OCTET_EXPORT octet_status octet_session_set_input_int8(octet_session* session,
                                                       int index,
                                                       const int8_t* values,
                                                       size_t size);

/* The same for an input of any type: num_bytes bytes, values of its type. */
OCTET_EXPORT octet_status octet_session_set_input_bytes(octet_session* session,
                                                        int index,
                                                        const void* values,
                                                        size_t size);

/* OCTET_INVALID_ARGUMENT if an input was never set. */
OCTET_EXPORT octet_status octet_session_run(octet_session* session);

/* Copies an output of the last run out. */
OCTET_EXPORT octet_status octet_session_get_output_float(
    const octet_session* session, int index, float* values, size_t size);
OCTET_EXPORT octet_status octet_session_get_output_int8(
    const octet_session* session, int index, int8_t* values, size_t size);

OCTET_EXPORT octet_status octet_session_get_output_bytes(
    const octet_session* session, int index, void* values, size_t size);

/* The instruction set in use; lives as long as the session. */
OCTET_EXPORT const char* octet_session_isa(const octet_session* session);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif /* OCTET_C_H_ */
