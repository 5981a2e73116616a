// Resize: interpolation along any dimensions. The dimensions behind the last
// one that changes are blocks of neighbours with the same taps.

#include "kernels/float/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/operators.h"
#include "engine/operators/row_walk.h"
#include "engine/operators/split.h"
#include "engine/operators/tflite_checks.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

// Of all dimensions together; bounds what a hostile file can ask for.
constexpr int64_t kMaxTaps = 4096;
// Fraction bits of an INT8 weight along one dimension.
constexpr int kWeightBits = 11;

ResizeAxis AxisOf(const schema::Resize& options, const Shape& input,
                  const Shape& output, int axis) {
  const uint32_t i = static_cast<uint32_t>(axis);
  ResizeAxis result = {};
  result.mode = static_cast<Interpolation>(options.mode());
  result.coordinates = static_cast<ResizeCoordinates>(options.coordinates());
  result.nearest = static_cast<ResizeNearest>(options.nearest());
  result.exclude_outside = options.exclude_outside();
  result.antialias = options.antialias();
  result.cubic_coeff_a = options.cubic_coeff_a();
  result.scale = options.scales()->Get(i);
  result.end = 1.0;
  if (options.coordinates() == schema::ResizeCoordinates::TF_CROP_AND_RESIZE) {
    result.start = options.roi()->Get(i);
    result.end = options.roi()->Get(i + static_cast<uint32_t>(input.rank));
  }
  result.input = input[axis];
  result.output = output[axis];
  return result;
}

bool Changes(const ResizeAxis& axis) {
  return axis.input != axis.output || axis.scale != 1.0 || axis.start != 0.0 ||
         axis.end != 1.0;
}

class ResizeOperator : public Operator {
 public:
  ResizeOperator(const PrepareContext& context, const Node& node,
                 const schema::Resize& options)
      : input_(node.inputs[0]),
        output_(node.output),
        extrapolation_(options.extrapolation_value()) {
    const Shape& in = context.network.input(node, 0).shape;
    const Tensor& output = context.network.output(node);
    element_ = output.element_size();
    int64_t strides[kMaxRank];
    FillDenseStrides(in, strides);
    for (int axis = 0; axis < in.rank; ++axis) {
      AddAxis(AxisOf(options, in, output.shape, axis), strides[axis]);
    }
    // What follows the last dimension that changes.
    while (num_axes_ > 0 && !axes_[num_axes_ - 1].resized) --num_axes_;
    for (int axis = num_axes_; axis < in.rank; ++axis) block_ *= in[axis];
    for (int i = 0; i < num_axes_; ++i) {
      blocks_ *= axes_[i].geometry.output;
      taps_ *= axes_[i].taps;
      table_entries_ += axes_[i].geometry.output * axes_[i].taps;
    }
    plan_.packed_bytes =
        static_cast<uint64_t>(table_entries_) * sizeof(ResizeTap);
    plan_.scratch_bytes = AlignBlock(static_cast<uint64_t>(taps_) *
                                     (sizeof(void*) + sizeof(int64_t)));
    mask_ = FormMask(context.kernels.form);
    plan_.kernel = "resize";
    plan_.num_parts = NumParts(
        context, output.NumElements() * taps_ * kWorkPerOutput, blocks_);
  }

  void Pack(uint8_t* memory) override {
    ResizeTap* tables = reinterpret_cast<ResizeTap*>(memory);
    for (int i = 0; i < num_axes_; ++i) {
      axes_[i].table = tables;
      if (axes_[i].resized) {
        FillResizeTaps(axes_[i].geometry, tables);
      } else {
        for (int64_t j = 0; j < axes_[i].geometry.output; ++j) {
          tables[j] = {static_cast<int32_t>(j), 1.0f};
        }
      }
      tables += axes_[i].geometry.output * axes_[i].taps;
    }
  }

  void Run(const RunContext& context, int part) const override {
    const Range blocks = PartOf(blocks_, part, plan_.num_parts);
    uint8_t* scratch =
        context.scratch + static_cast<uint64_t>(part) * plan_.scratch_bytes;
    for (int64_t block = blocks.begin; block < blocks.end; ++block) {
      uint8_t* output = context.tensors[output_] + block * block_ * element_;
      RunBlock(context.tensors[input_], block, scratch, output);
    }
  }

 private:
  struct Axis {
    ResizeAxis geometry;
    bool resized;
    int64_t taps;
    int64_t stride;  // in the input, elements
    const ResizeTap* table = nullptr;
  };

  void AddAxis(const ResizeAxis& geometry, int64_t stride) {
    const bool resized = Changes(geometry);
    num_resized_ += resized ? 1 : 0;
    axes_[num_axes_++] = {geometry, resized,
                          resized ? NumResizeTaps(geometry) : 1, stride};
  }

  // scratch: room for a weight of 8 bytes and a pointer for each tap.
  void RunBlock(const uint8_t* input, int64_t block, uint8_t* scratch,
                uint8_t* output) const {
    const ResizeTap* taps[kMaxRank];
    int64_t base = 0;
    for (int i = num_axes_ - 1; i >= 0; --i) {
      const int64_t index = block % axes_[i].geometry.output;
      block /= axes_[i].geometry.output;
      taps[i] = axes_[i].table + index * axes_[i].taps;
      if (taps[i][0].index < 0) return Extrapolate(output);
      base += taps[i][0].index * axes_[i].stride;
    }
    uint8_t* pointers = scratch + taps_ * int64_t{sizeof(int64_t)};
    if (taps_ == 1) {
      std::memcpy(output, input + base * element_,
                  static_cast<size_t>(block_ * element_));
    } else if (element_ == 1) {
      SumInt8(input, taps, reinterpret_cast<const uint8_t**>(pointers),
              reinterpret_cast<int64_t*>(scratch), output);
    } else {
      Sum(reinterpret_cast<const float*>(input), taps,
          reinterpret_cast<const float**>(pointers),
          reinterpret_cast<float*>(scratch), reinterpret_cast<float*>(output));
    }
  }

  void Extrapolate(uint8_t* output) const {
    std::fill_n(reinterpret_cast<float*>(output), block_, extrapolation_);
  }

  // Tap `t` of all dimensions together: where it lies, and the product of its
  // weights, of the first dimension first.
  template <typename Weight, typename WeightOf>
  int64_t Combine(const ResizeTap* const* taps, int64_t t, Weight* product,
                  WeightOf weight_of) const {
    int64_t at = 0;
    int64_t rest = taps_;
    *product = 1;
    for (int i = 0; i < num_axes_; ++i) {
      rest /= axes_[i].taps;
      const int64_t chosen = t / rest % axes_[i].taps;
      at += taps[i][chosen].index * axes_[i].stride;
      if (axes_[i].resized) *product *= weight_of(taps[i], chosen);
    }
    return at;
  }

  void Sum(const float* input, const ResizeTap* const* taps,
           const float** inputs, float* weights, float* output) const {
    for (int64_t t = 0; t < taps_; ++t) {
      inputs[t] = input + Combine(taps, t, &weights[t],
                                  [](const ResizeTap* tap, int64_t i) {
                                    return tap[i].weight;
                                  });
    }
    WeightedSum({static_cast<size_t>(block_), static_cast<size_t>(taps_),
                 inputs, weights, output});
  }

  // Two taps a dimension with weights w and 2^11 - w.
  static int64_t Int8Weight(const ResizeTap* taps, int64_t chosen) {
    constexpr int64_t kOne = int64_t{1} << kWeightBits;
    const int64_t second =
        static_cast<int64_t>(taps[1].weight * static_cast<float>(kOne) + 0.5f);
    return chosen == 1 ? second : kOne - second;
  }

  void SumInt8(const uint8_t* input, const ResizeTap* const* taps,
               const uint8_t** inputs, int64_t* weights,
               uint8_t* output) const {
    for (int64_t t = 0; t < taps_; ++t) {
      inputs[t] = input + Combine(taps, t, &weights[t], Int8Weight);
    }
    const int shift = kWeightBits * num_resized_;
    for (int64_t c = 0; c < block_; ++c) {
      int64_t sum = int64_t{1} << (shift - 1);
      for (int64_t t = 0; t < taps_; ++t) {
        sum += weights[t] * static_cast<int8_t>(inputs[t][c] ^ mask_);
      }
      output[c] = static_cast<uint8_t>(
          static_cast<uint8_t>(static_cast<int8_t>(sum >> shift)) ^ mask_);
    }
  }

  int input_, output_;
  int64_t element_;  // bytes of a value
  uint8_t mask_;
  float extrapolation_;
  Axis axes_[kMaxRank] = {};  // up to the last one that changes
  int num_axes_ = 0;
  int num_resized_ = 0;
  int64_t block_ = 1;  // elements
  int64_t blocks_ = 1;
  int64_t taps_ = 1;  // of an output
  int64_t table_entries_ = 0;
};

Status CheckFinite(const flatbuffers::Vector<float>* values, uint32_t count,
                   bool positive, const char* what) {
  if (values == nullptr || values->size() != count) {
    return InvalidModel(std::string("there must be ") + std::to_string(count) +
                        " " + what);
  }
  for (const float value : *values) {
    if (!std::isfinite(value) || (positive && value <= 0.0f)) {
      return InvalidModel(std::string(what) + " must be finite" +
                          (positive ? " and above 0" : ""));
    }
  }
  return OkStatus();
}

Status CheckModes(const schema::Resize& options) {
  if (options.mode() < schema::ResizeMode::MIN ||
      options.mode() > schema::ResizeMode::MAX ||
      options.coordinates() < schema::ResizeCoordinates::MIN ||
      options.coordinates() > schema::ResizeCoordinates::MAX ||
      options.nearest() < schema::ResizeNearest::MIN ||
      options.nearest() > schema::ResizeNearest::MAX) {
    return Unsupported("the mode is unknown to this version");
  }
  return CheckRounding(options.rounding());
}

Status CheckOptions(const schema::Resize& options, const Tensor& input) {
  const uint32_t rank = static_cast<uint32_t>(input.shape.rank);
  OCTET_RETURN_IF_ERROR(CheckFinite(options.scales(), rank, true, "scales"));
  const bool crops =
      options.coordinates() == schema::ResizeCoordinates::TF_CROP_AND_RESIZE;
  if (crops) {
    OCTET_RETURN_IF_ERROR(CheckFinite(options.roi(), 2 * rank, false, "roi"));
  }
  if (input.is_float()) return OkStatus();
  const bool plain = !crops && !options.antialias() &&
                     !options.exclude_outside() &&
                     options.mode() != schema::ResizeMode::CUBIC;
  if (plain) return OkStatus();
  return InvalidModel(
      "INT8 values are resized with NEAREST or LINEAR, without cropping, "
      "antialias and exclude_outside");
}

// Of all dimensions together.
Status CheckTaps(const schema::Resize& options, const Shape& input,
                 const Shape& output, bool is_float) {
  int64_t taps = 1;
  int resized = 0;
  for (int axis = 0; axis < input.rank; ++axis) {
    const ResizeAxis geometry = AxisOf(options, input, output, axis);
    if (!Changes(geometry)) continue;
    ++resized;
    // In front of the conversion to an integer, which a tiny scale would not
    // fit.
    if (geometry.antialias && geometry.scale < 2.0 / kMaxTaps) {
      taps = kMaxTaps + 1;
    } else {
      taps *= NumResizeTaps(geometry);
    }
    if (taps > kMaxTaps) {
      return InvalidModel("an output would be the sum of more than " +
                          std::to_string(kMaxTaps) + " inputs");
    }
  }
  if (is_float || resized <= kMaxInt8ResizedAxes) return OkStatus();
  return InvalidModel("INT8 values are resized along 4 dimensions at most");
}

}  // namespace

Status VerifyResize(const Network& network, const Node& node) {
  const auto& options = node.options<schema::Resize>();
  const Tensor& input = network.input(node, 0);
  const Shape& output = network.output(node).shape;
  OCTET_RETURN_IF_ERROR(CheckSameQuantization(network, node));
  OCTET_RETURN_IF_ERROR(
      CheckOutputShape(network, node, InferResizeShape(input.shape, output)));
  OCTET_RETURN_IF_ERROR(CheckModes(options));
  if (options.rounding() == schema::Rounding::TFLITE) {
    return CheckTfliteResize(network, node);
  }
  OCTET_RETURN_IF_ERROR(CheckOptions(options, input));
  return CheckTaps(options, input.shape, output, input.is_float());
}

OperatorPointer MakeResize(const PrepareContext& context, const Node& node) {
  const auto& options = node.options<schema::Resize>();
  if (options.rounding() == schema::Rounding::TFLITE) {
    return MakeTfliteResize(context, node);
  }
  return std::make_unique<ResizeOperator>(context, node, options);
}

}  // namespace octet
