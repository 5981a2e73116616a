// A tensor of a .tflite file as it is stored.

#ifndef OCTET_TESTS_REFERENCE_TFLITE_STORED_H_
#define OCTET_TESTS_REFERENCE_TFLITE_STORED_H_

#include "converter/tflite/tflite_generated.h"
#include "tests/reference/tflite_pictures.h"

namespace octet::reference {

// Shape, scales, zero point and bounds; the values of a constant, none of an
// activation.
Stored ReadStored(const tflite::Model& model, const tflite::Tensor& tensor);

}  // namespace octet::reference

#endif  // OCTET_TESTS_REFERENCE_TFLITE_STORED_H_
