// FloatExecutor: runs a graph in FP32 on XNNPACK, for calibration and for
// comparison. Every intermediate value can be looked at.

#ifndef OCTET_CONVERTER_FLOAT_FLOAT_EXECUTOR_H_
#define OCTET_CONVERTER_FLOAT_FLOAT_EXECUTOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

struct FloatExecutorOptions {
  // 0: one a core. The number does not change a bit of the results.
  int threads = 0;
};

// Packs the weights once; then Run computes any number of samples. Its memory
// is the graph's values, one buffer each, and does not grow with use. Not safe
// for two threads at a time.
class FloatExecutor {
 public:
  // `graph` is as the passes leave it: BatchNormalization and Identity are
  // refused. Errors name the node.
  static Result<std::unique_ptr<FloatExecutor>> Create(
      const Graph& graph, const FloatExecutorOptions& options);

  ~FloatExecutor();
  FloatExecutor(const FloatExecutor&) = delete;
  FloatExecutor& operator=(const FloatExecutor&) = delete;

  // `inputs` are the graph's, in its order, each row-major in the value's
  // shape; those of integers as floats. An error names the input of the wrong
  // size or the node that failed; the values are unspecified then.
  Status Run(const std::vector<std::vector<float>>& inputs);

  // Changes what a node has just computed, before others read it.
  using ValueFilter = std::function<void(ValueId, std::span<float>)>;
  // The nodes from `first_node` on, once more, on what the values in front of
  // them hold; `filter` sees every FP32 output. Another RunFrom with the same
  // or a smaller number forgets what this one changed.
  // REQUIRES: a Run that succeeded.
  Status RunFrom(size_t first_node, const ValueFilter& filter);

  // The elements of an FP32 input or output, for RunFrom to read in their
  // place. REQUIRES: Value(id) is not null.
  std::span<float> MutableValue(ValueId id);

  // The elements of an input or of a node's output, as the last Run left them.
  // Null for a value that nothing computes, or of another type than FLOAT32.
  const float* Value(ValueId id) const;
  // Likewise those of another type.
  const std::vector<int64_t>& Integers(ValueId id) const;

 private:
  struct State;
  explicit FloatExecutor(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_FLOAT_FLOAT_EXECUTOR_H_
