// What int8 cannot express, found before the time for calibration is spent.

#ifndef OCTET_CONVERTER_QUANTIZE_CHECK_QUANTIZABLE_H_
#define OCTET_CONVERTER_QUANTIZE_CHECK_QUANTIZABLE_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

// OK when every node of `graph`, as the passes leave it, can be quantized;
// otherwise one error with a line for every node that cannot: its name, type
// and the reason.
Status CheckQuantizable(const Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_CHECK_QUANTIZABLE_H_
