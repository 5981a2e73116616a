// 8-bit tensors of an ONNX model: as integers, or as the real numbers that they
// stand for.
//
// Where scale and zero point are constant numbers, a tensor is kept as the real
// numbers, rounded to its grid (FakeQuantize), with a tag that says which
// integers they are (ImportState). DequantizeLinear and the QLinear operators
// take them as they are; what needs integers gets them from the tag. So a model
// in QOperator form and the same one in QDQ form become the same graph: FP32
// operators between FakeQuantize nodes.

#ifndef OCTET_CONVERTER_ONNX_QUANTIZED_VALUES_H_
#define OCTET_CONVERTER_ONNX_QUANTIZED_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "converter/onnx/node_context.h"
#include "octet/status.h"

namespace octet::converter {

// Scale and zero point as the node has them.
struct QuantizedAs {
  ValueId scale = kNoValue;
  ValueId zero_point = kNoValue;  // or none: 0
  int data_type = 0;              // of the integers, of TensorProto::DataType
  int64_t axis = 1;
  // Where both are one constant number and the integers have 8 bits.
  std::optional<QuantizedTag> tag;
};

// From inputs i and i + 1. `data_type` counts where there is no zero point.
Result<QuantizedAs> ReadQuantizedAs(NodeContext& node, int i, int64_t axis,
                                    int data_type);

// Input i less its zero point, input `zero`, as floats.
Result<ValueId> EmitCentred(NodeContext& node, int i, int zero, int64_t axis,
                            const std::string& suffix);

// The real numbers of input i, quantized as inputs i + 1 and i + 2 say.
Result<ValueId> EmitReal(NodeContext& node, int i, int64_t axis,
                         const std::string& suffix);

// x rounded to the grid, with its tag; or the integers, where there is none.
Result<NodeContext::Finished> EmitQuantized(NodeContext& node, ValueId x,
                                            const QuantizedAs& as);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_QUANTIZED_VALUES_H_
