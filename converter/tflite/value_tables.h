// Functions of one value as tables: values[q + 128] is what the format's
// reference makes of q. Each formula is that reference's, in the number format
// that it uses.

#ifndef OCTET_CONVERTER_TFLITE_VALUE_TABLES_H_
#define OCTET_CONVERTER_TFLITE_VALUE_TABLES_H_

#include "converter/tflite/import.h"
#include "octet/status.h"
#include "schema/octet_generated.h"

namespace octet::converter {

// Of an input of CONCATENATION with other scales than the output, in single
// precision: round(value * ratio - zero_point * ratio) + zero_point_output with
// ratio = scale * (1 / scale_output).
schema::LookupT RescalingTable(const StoredAs& from, const StoredAs& to);

// LOGISTIC, TANH and others that the reference looks up itself:
//   round(function(scale * (q - zero_point)) / scale_output)
//     + zero_point_output
schema::LookupT FunctionTable(const StoredAs& from, const StoredAs& to,
                              double (*function)(double));

// HARD_SWISH, x * min(max(x + 3, 0), 6) / 6, in 16-bit fixed point. An error
// where the output's scale is smaller than the input's / 128.
Result<schema::LookupT> HardSwishTable(const StoredAs& from,
                                       const StoredAs& to);

// LEAKY_RELU: scale(q - zero_point, m, s) + zero_point_output where m and s
// stand for scale / scale_output, and below zero for alpha times that. An error
// where alpha is negative.
Result<schema::LookupT> LeakyReluTable(const StoredAs& from, const StoredAs& to,
                                       float alpha);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_TFLITE_VALUE_TABLES_H_
