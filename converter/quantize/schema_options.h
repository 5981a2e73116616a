// Parts of the schema's operator options that several operators share.

#ifndef OCTET_CONVERTER_QUANTIZE_SCHEMA_OPTIONS_H_
#define OCTET_CONVERTER_QUANTIZE_SCHEMA_OPTIONS_H_

#include <memory>

#include "converter/ir/operators.h"
#include "converter/quantize/quantization_params.h"
#include "octet/status.h"
#include "schema/octet_generated.h"

namespace octet::converter {

std::unique_ptr<schema::Window2d> MakeWindow(const Window2dParams& window);

// MaxPool2dT or AveragePool2dT with the window of a MaxPool2d or AveragePool2d.
template <typename PoolT, typename Pool>
PoolT MakePool(const Pool& op) {
  PoolT result;
  result.window = MakeWindow(op.window);
  result.whole_height = op.whole.height;
  result.whole_width = op.whole.width;
  return result;
}

// Of an input with `rank` dimensions.
schema::SliceT MakeSlice(const Slice& op, int rank);

// The clamp of an operator whose output has `output`'s scale and zero point.
std::unique_ptr<schema::Clamp> MakeClamp(const FloatClamp& clamp,
                                         const ActivationParams& output);

// Null where there is none.
std::unique_ptr<schema::FloatClamp> MakeFloatClamp(const FloatClamp& clamp);

schema::ResizeT MakeResize(const Resize& op);

// Appends DeriveRequantization(effective_scale)'s entry.
Status AppendRequantization(double effective_scale,
                            schema::RequantizationT& requantization);

Result<schema::RequantizeT> MakeRequantize(const ActivationParams& input,
                                           const ActivationParams& output,
                                           const FloatClamp& clamp);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_SCHEMA_OPTIONS_H_
