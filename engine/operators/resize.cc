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
// Bytes for a tap's place and weight.
constexpr int64_t kScratchPerTap = 16;
// Where no dimension changes.
constexpr ResizeTap kCopy = {0, 1.0f};

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
    if (num_axes_ > 0) outer_taps_ = taps_ / Last().taps;
    plan_.scratch_bytes = AlignBlock(
        static_cast<uint64_t>((taps_ + outer_taps_) * kScratchPerTap));
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
    const int64_t row = num_axes_ > 0 ? Last().geometry.output : 1;
    for (int64_t block = blocks.begin; block < blocks.end;) {
      const int64_t x = block % row;
      const Range columns = {x, std::min(row, x + blocks.end - block)};
      uint8_t* output = context.tensors[output_] + block * block_ * element_;
      if (element_ == 1) {
        RunRow<int64_t>(context.tensors[input_], block / row, columns, scratch,
                        output);
      } else {
        RunRow<float>(context.tensors[input_], block / row, columns, scratch,
                      output);
      }
      block += columns.size();
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

  const Axis& Last() const { return axes_[num_axes_ - 1]; }

  // The weight of a tap: of INT8 two taps a dimension have w and 2^11 - w.
  static int64_t WeightOf(const ResizeTap* taps, int64_t chosen, int64_t) {
    constexpr int64_t kOne = int64_t{1} << kWeightBits;
    const int64_t second =
        static_cast<int64_t>(taps[1].weight * static_cast<float>(kOne) + 0.5f);
    return chosen == 1 ? second : kOne - second;
  }
  static float WeightOf(const ResizeTap* taps, int64_t chosen, float) {
    return taps[chosen].weight;
  }

  // All dimensions but the last one that changes, of one row of blocks: for
  // each of their taps where it lies, and the product of its weights, that of
  // the first dimension first. False: outside the input.
  template <typename Weight>
  bool FillOuterTaps(int64_t row, int64_t* at, Weight* weights) const {
    const ResizeTap* taps[kMaxRank];
    for (int i = num_axes_ - 2; i >= 0; --i) {
      const int64_t index = row % axes_[i].geometry.output;
      row /= axes_[i].geometry.output;
      taps[i] = axes_[i].table + index * axes_[i].taps;
      if (taps[i][0].index < 0) return false;
    }
    for (int64_t t = 0; t < outer_taps_; ++t) {
      at[t] = 0;
      weights[t] = 1;
      int64_t rest = outer_taps_;
      for (int i = 0; i < num_axes_ - 1; ++i) {
        rest /= axes_[i].taps;
        const int64_t chosen = t / rest % axes_[i].taps;
        at[t] += taps[i][chosen].index * axes_[i].stride;
        if (axes_[i].resized) {
          weights[t] *= WeightOf(taps[i], chosen, Weight{});
        }
      }
    }
    return true;
  }

  // scratch: kScratchPerTap for each tap and each outer tap.
  template <typename Weight>
  void RunRow(const uint8_t* input, int64_t row, const Range& columns,
              uint8_t* scratch, uint8_t* output) const {
    static_assert(sizeof(Weight) + sizeof(void*) <= kScratchPerTap);
    const uint8_t** inputs = reinterpret_cast<const uint8_t**>(scratch);
    int64_t* at = reinterpret_cast<int64_t*>(scratch) + taps_;
    Weight* weights = reinterpret_cast<Weight*>(at + outer_taps_);
    Weight* outer_weights = weights + taps_;
    const bool inside = FillOuterTaps(row, at, outer_weights);
    for (int64_t x = columns.begin; x < columns.end; ++x) {
      const ResizeTap* taps =
          num_axes_ > 0 ? Last().table + x * Last().taps : &kCopy;
      const int64_t stride = num_axes_ > 0 ? Last().stride : 0;
      if (!inside || taps[0].index < 0) {
        Extrapolate(output);
      } else if (taps_ == 1) {
        std::memcpy(output, input + (at[0] + taps[0].index * stride) * element_,
                    static_cast<size_t>(block_ * element_));
      } else {
        for (int64_t t = 0; t < taps_; ++t) {
          const int64_t outer = t / Last().taps;
          const int64_t chosen = t - outer * Last().taps;
          inputs[t] =
              input + (at[outer] + taps[chosen].index * stride) * element_;
          weights[t] = outer_weights[outer] * WeightOf(taps, chosen, Weight{});
        }
        Sum(inputs, weights, output);
      }
      output += block_ * element_;
    }
  }

  void Extrapolate(uint8_t* output) const {
    std::fill_n(reinterpret_cast<float*>(output), block_, extrapolation_);
  }

  void Sum(const uint8_t* const* inputs, const float* weights,
           uint8_t* output) const {
    WeightedSum({static_cast<size_t>(block_), static_cast<size_t>(taps_),
                 reinterpret_cast<const float* const*>(inputs), weights,
                 reinterpret_cast<float*>(output)});
  }

  void Sum(const uint8_t* const* inputs, const int64_t* weights,
           uint8_t* output) const {
    const int shift = kWeightBits * num_resized_;
    // Weights add up to 1: that of one block is the block.
    if (std::all_of(inputs, inputs + taps_,
                    [&](const uint8_t* tap) { return tap == inputs[0]; })) {
      std::memcpy(output, inputs[0], static_cast<size_t>(block_));
      return;
    }
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
  int64_t taps_ = 1;        // of an output
  int64_t outer_taps_ = 1;  // without those of the last dimension that changes
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
