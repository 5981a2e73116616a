// AveragePool2d.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "engine/operators/average_scale.h"
#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/operators.h"
#include "engine/operators/pool2d.h"
#include "engine/operators/tflite_checks.h"

namespace octet {
namespace {

// More distinct counts than any network's edges give: it bounds the search.
constexpr uint32_t kMaxCounts = 1024;

// Requantization of the windows with `count` cells.
struct CountScale {
  int64_t count;
  int16_t multiplier;
  int8_t shift;
};

bool IsWhole(const schema::AveragePool2d& options) {
  return options.whole_height() || options.whole_width();
}

// The distinct values of PoolSpan::cells.
std::set<int64_t> DistinctCells(const PoolAxis& axis) {
  std::set<int64_t> cells;
  for (const PoolSpan& span : FindPoolSpans(axis)) cells.insert(span.cells);
  return cells;
}

// The counts that the windows of `node` have; at most `limit` + 1 of them.
std::set<int64_t> DistinctCounts(const Network& network, const Node& node,
                                 size_t limit) {
  const auto& options = node.options<schema::AveragePool2d>();
  const Shape& input = network.input(node, 0).shape;
  const Window2dParams window = PoolWindowOf(options, input);
  if (options.count_include_pad()) {
    return {int64_t{window.kernel_h} * window.kernel_w};
  }
  const Shape& output = network.output(node).shape;
  const std::set<int64_t> heights =
      DistinctCells(VerticalAxis(window, input, output));
  const std::set<int64_t> widths =
      DistinctCells(HorizontalAxis(window, input, output));
  std::set<int64_t> counts;
  for (const int64_t height : heights) {
    for (const int64_t width : widths) {
      counts.insert(height * width);
      if (counts.size() > limit) return counts;
    }
  }
  return counts;
}

Status CheckScales(const schema::AveragePool2d& options) {
  const auto* requantization = options.requantization();
  const uint32_t count = options.counts()->size();
  OCTET_RETURN_IF_ERROR(CheckRequantization(requantization, count));
  if (requantization->multiplier()->size() != count) {
    return InvalidModel("each count needs its own multiplier");
  }
  return OkStatus();
}

// Of a window of the whole picture, that has `count` cells in it.
Result<AverageScale> DeriveScale(const Network& network, const Node& node,
                                 int64_t count) {
  const bool is_q15 =
      node.options<schema::AveragePool2d>().rounding() == schema::Rounding::Q15;
  const float input = network.input(node, 0).scale;
  const float output = network.output(node).scale;
  return is_q15 ? DeriveAverageScale(input, output, count)
                : DeriveTfliteMeanScale(input, output, count);
}

AverageScale StoredScale(const schema::AveragePool2d& options, uint32_t i) {
  if (options.rounding() == schema::Rounding::Q15) {
    return {options.requantization()->multiplier()->Get(i),
            options.requantization()->shift()->Get(i)};
  }
  const TfliteScale scale = TfliteScaleAt(*options.tflite_requantization(), i);
  return {scale.multiplier, scale.shift};
}

// Of windows of the whole picture: whether a requantization can be derived for
// each of the windows' `counts`, and is the file's for those of the file.
Status CheckDerived(const Network& network, const Node& node,
                    const std::set<int64_t>& counts) {
  const auto& options = node.options<schema::AveragePool2d>();
  const Window2dParams window =
      PoolWindowOf(options, network.input(node, 0).shape);
  if (options.rounding() == schema::Rounding::TFLITE &&
      counts != std::set{int64_t{window.kernel_h} * window.kernel_w}) {
    return Unsupported("TFLite's mean has one count, all cells of the window");
  }
  for (const int64_t count : counts) {
    OCTET_RETURN_IF_ERROR(DeriveScale(network, node, count).status());
  }
  for (uint32_t i = 0; !network.is_resized && i < options.counts()->size();
       ++i) {
    const int32_t count = options.counts()->Get(i);
    OCTET_ASSIGN_OR_RETURN(const AverageScale derived,
                           DeriveScale(network, node, count));
    if (StoredScale(options, i) == derived) continue;
    return InvalidModel("the window is the whole picture, so that " +
                        std::to_string(count) + " cells need multiplier " +
                        std::to_string(derived.multiplier) + " and shift " +
                        std::to_string(derived.shift));
  }
  return OkStatus();
}

Status CheckCounts(const Network& network, const Node& node) {
  const auto& options = node.options<schema::AveragePool2d>();
  const auto* counts = options.counts();
  if (counts == nullptr || counts->size() == 0 || counts->size() > kMaxCounts) {
    return InvalidModel("there must be 1 to " + std::to_string(kMaxCounts) +
                        " counts");
  }
  if (options.rounding() == schema::Rounding::Q15) {
    OCTET_RETURN_IF_ERROR(CheckScales(options));
  }
  const std::set<int64_t> stored(counts->begin(), counts->end());
  const bool may_differ = network.is_resized && IsWhole(options);
  const std::set<int64_t> found =
      DistinctCounts(network, node, may_differ ? kMaxCounts : counts->size());
  if (!may_differ && (stored.size() != counts->size() || stored != found)) {
    return InvalidModel(
        "the counts differ from the numbers of cells that the windows cover");
  }
  if (found.size() > kMaxCounts) {
    return Unsupported("the windows have more than " +
                       std::to_string(kMaxCounts) + " numbers of cells");
  }
  if (*found.rbegin() > kMaxAverageCount) {
    return Unsupported("a window has more than " +
                       std::to_string(kMaxAverageCount) + " cells");
  }
  if (!IsWhole(options)) return OkStatus();
  return CheckDerived(network, node, found);
}

class AveragePool2d : public Pool2d {
 public:
  AveragePool2d(const PrepareContext& context, const Node& node,
                const schema::AveragePool2d& options)
      : Pool2d(context, node,
               PoolWindowOf(options, context.network.input(node, 0).shape),
               StageOf(context.network.output(node), *options.clamp()),
               context.kernels.average_pool),
        zero_point_(ZeroPointInForm(context.network.input(node, 0).zero_point,
                                    context.kernels.form)),
        count_include_pad_(options.count_include_pad()) {
    plan_.kernel = KernelName(context.kernels, &KernelTable::average_pool,
                              context.kernels.average_pool, "average_pool");
    if (IsWhole(options)) {
      for (const int64_t count :
           DistinctCounts(context.network, node, kMaxCounts)) {
        AddScale(count, *DeriveScale(context.network, node, count));
      }
      return;
    }
    for (uint32_t i = 0; i < options.counts()->size(); ++i) {
      AddScale(options.counts()->Get(i), StoredScale(options, i));
    }
  }

 protected:
  void SetScale(int64_t cells, PoolArgs* args) const override {
    // A padded cell holds the zero point: it adds nothing to the sum of
    // differences, so only the cells in the picture need correcting.
    args->bias = static_cast<int32_t>(-cells * zero_point_);
    const CountScale* scale = scales_.data();
    if (!count_include_pad_) {
      while (scale->count != cells) ++scale;
    }
    args->multiplier = scale->multiplier;
    args->shift = scale->shift;
  }

 private:
  void AddScale(int64_t count, const AverageScale& scale) {
    scales_.push_back({count, static_cast<int16_t>(scale.multiplier),
                       static_cast<int8_t>(scale.shift)});
  }

  int64_t zero_point_;
  bool count_include_pad_;
  std::vector<CountScale> scales_;
};

}  // namespace

Status VerifyAveragePool2d(const Network& network, const Node& node) {
  const auto& options = node.options<schema::AveragePool2d>();
  if (IsWhole(options) && options.count_include_pad()) {
    return InvalidModel(
        "where the window is the whole picture, count_include_pad must be "
        "false");
  }
  const Result<Window2dParams> window =
      ReadPoolWindow<schema::AveragePool2d>(network, node);
  if (network.input(node, 0).is_float() || network.output(node).is_float()) {
    if (options.rounding() != schema::Rounding::Q15) {
      return InvalidModel("a FLOAT32 output has rounding Q15");
    }
    return VerifyFloatPool2d(network, node, window, options.float_clamp());
  }
  OCTET_RETURN_IF_ERROR(
      CheckTensorType(network, node.output, TypeBit(schema::DataType::INT8)));
  OCTET_RETURN_IF_ERROR(VerifyPool2d(network, node, window, options.clamp()));
  OCTET_RETURN_IF_ERROR(CheckRounding(options.rounding()));
  if (options.rounding() == schema::Rounding::TFLITE) {
    if (options.tflite_requantization() == nullptr) {
      return CheckTfliteAveragePool2d(network, node);
    }
    OCTET_RETURN_IF_ERROR(CheckTfliteMean(options));
  }
  return CheckCounts(network, node);
}

OperatorPointer MakeAveragePool2d(const PrepareContext& context,
                                  const Node& node) {
  if (context.network.output(node).is_float()) {
    return MakeFloatAveragePool2d(context, node);
  }
  const auto& options = node.options<schema::AveragePool2d>();
  if (options.rounding() == schema::Rounding::TFLITE) {
    return MakeTfliteAveragePool2d(context, node);
  }
  return std::make_unique<AveragePool2d>(context, node, options);
}

}  // namespace octet
