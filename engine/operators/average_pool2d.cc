// AveragePool2d.

#include <algorithm>
#include <set>
#include <string>
#include <vector>

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
  const Window2dParams window = WindowOf(*options.window());
  if (options.count_include_pad()) {
    return {int64_t{window.kernel_h} * window.kernel_w};
  }
  const Shape& input = network.input(node, 0).shape;
  const Shape& output = network.output(node).shape;
  const std::set<int64_t> heights =
      DistinctCells(VerticalAxis(window, input, output));
  const std::set<int64_t> widths =
      DistinctCells(HorizontalAxis(window, input, output));
  std::set<int64_t> counts;
  if (heights.size() > limit || widths.size() > limit) limit = 0;
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
  if (stored.size() != counts->size() ||
      stored != DistinctCounts(network, node, counts->size())) {
    return InvalidModel(
        "the counts differ from the numbers of cells that the windows cover");
  }
  if (*stored.rbegin() > kMaxAverageCount) {
    return Unsupported("a window has more than " +
                       std::to_string(kMaxAverageCount) + " cells");
  }
  return OkStatus();
}

class AveragePool2d : public Pool2d {
 public:
  AveragePool2d(const PrepareContext& context, const Node& node,
                const schema::AveragePool2d& options)
      : Pool2d(context, node, WindowOf(*options.window()),
               StageOf(context.network.output(node), *options.clamp()),
               context.kernels.average_pool),
        zero_point_(ZeroPointInForm(context.network.input(node, 0).zero_point,
                                    context.kernels.form)),
        count_include_pad_(options.count_include_pad()) {
    plan_.kernel = KernelName(context.kernels, &KernelTable::average_pool,
                              context.kernels.average_pool, "average_pool");
    const auto& requantization = *options.requantization();
    for (uint32_t i = 0; i < options.counts()->size(); ++i) {
      scales_.push_back({options.counts()->Get(i),
                         requantization.multiplier()->Get(i),
                         requantization.shift()->Get(i)});
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
  int64_t zero_point_;
  bool count_include_pad_;
  std::vector<CountScale> scales_;
};

}  // namespace

Status VerifyAveragePool2d(const Network& network, const Node& node) {
  const auto& options = node.options<schema::AveragePool2d>();
  if (network.input(node, 0).is_float() || network.output(node).is_float()) {
    if (options.rounding() != schema::Rounding::Q15) {
      return InvalidModel("a FLOAT32 output has rounding Q15");
    }
    return VerifyFloatPool2d(network, node, options.window(),
                             options.float_clamp());
  }
  OCTET_RETURN_IF_ERROR(
      CheckTensorType(network, node.output, TypeBit(schema::DataType::INT8)));
  OCTET_RETURN_IF_ERROR(
      VerifyPool2d(network, node, options.window(), options.clamp()));
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
