// One node of a quantized network -> operators of the .octet file.

#ifndef OCTET_CONVERTER_TFLITE_EMIT_OPERATORS_H_
#define OCTET_CONVERTER_TFLITE_EMIT_OPERATORS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "converter/quantize/model_builder.h"
#include "converter/tflite/import.h"
#include "octet/status.h"
#include "schema/shape_inference.h"

namespace octet::converter {

// What the functions below read and append to.
struct QuantizedOutput {
  const TfliteImport& imported;
  ModelBuilder& builder;
  // Bytes of constants that operators have a copy of their own of.
  int64_t copied_bytes = 0;

  // An error where operators that share constants would make the file outgrow
  // its format.
  Status Copy(int64_t bytes) {
    copied_bytes += bytes;
    if (copied_bytes <= kMaxElements) return OkStatus();
    return ResourceExhausted("the constants take more than 2^30 bytes");
  }

  const StoredAs& stored(ValueId id) const {
    return imported.stored[size_t(id)];
  }
  const Shape& shape(ValueId id) const {
    return imported.graph.value(id).shape;
  }
  const ActivationParams& params(ValueId id) const {
    return builder.params(id);
  }
};

// Appends what computes `node`. An error says why there is no such operator.
// REQUIRES: its activations are quantized.
Status EmitQuantizedNode(const Node& node, QuantizedOutput& output);

// Layers: emit_layers.cc.
Status EmitConv2d(const Conv2d& op, const Node& node, QuantizedOutput& output);
Status EmitFullyConnected(const FullyConnected& op, const Node& node,
                          QuantizedOutput& output);

// Appends `options` for operators that move q without changing them, whatever
// scales the file gives to input and output: where these differ, the same
// bytes get the output's meaning behind it, by a table.
template <typename OptionsT>
void EmitKeepingBytes(const Node& node, OptionsT options,
                      std::vector<uint32_t> inputs,
                      const ActivationParams& from, QuantizedOutput& output) {
  ModelBuilder& builder = output.builder;
  if (from == output.params(node.output)) {
    builder.AddOperator(node, std::move(options), std::move(inputs));
    return;
  }
  const std::string name = node.name + "/bytes";
  const uint32_t bytes =
      builder.AddActivation(name, output.shape(node.output), from);
  builder.AddOperator(name, std::move(options), std::move(inputs), bytes);
  schema::LookupT identity;
  for (int q = -128; q < 128; ++q) {
    identity.values.push_back(static_cast<int8_t>(q));
  }
  builder.AddOperator(node, std::move(identity), {bytes});
}

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_TFLITE_EMIT_OPERATORS_H_
