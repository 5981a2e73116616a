// ArgExtremum, TopK and CumSum: each line of a tensor along one axis by itself.

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/split.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

constexpr int64_t kWorkPerValue = 32;

// Values of a line in memory; q in the form of the plan.
template <typename T>
struct Line {
  const T* first;
  int64_t step;
  uint8_t mask;

  T operator[](int64_t i) const {
    const T value = first[i * step];
    if constexpr (std::is_same_v<T, int8_t>) {
      return static_cast<int8_t>(static_cast<uint8_t>(value) ^ mask);
    } else {
      return value;
    }
  }
};

// NaN is above all numbers and equal to itself.
template <typename T>
bool Above(T a, T b) {
  if constexpr (std::is_same_v<T, float>) {
    return a > b || (a != a && b == b);
  } else {
    return a > b;
  }
}

// Whether `a` comes in front of `b`: NaN beats any number in either direction.
template <typename T>
bool Beats(T a, T b, bool largest) {
  if constexpr (std::is_same_v<T, float>) {
    if (a != a || b != b) return a != a && b == b;
  }
  return largest ? Above(a, b) : Above(b, a);
}

class AlongAxis : public Operator {
 public:
  AlongAxis(const PrepareContext& context, const Node& node, int axis)
      : input_(node.inputs[0]),
        output_(node.output),
        type_(context.network.input(node, 0).type),
        mask_(FormMask(context.kernels.form)),
        size_(context.network.input(node, 0).shape[axis]) {
    const Shape& shape = context.network.input(node, 0).shape;
    for (int i = axis + 1; i < shape.rank; ++i) step_ *= shape[i];
    lines_ = shape.NumElements() / size_;
    plan_.num_parts =
        NumParts(context, shape.NumElements() * kWorkPerValue, lines_);
  }

  void Run(const RunContext& context, int part) const override {
    switch (type_) {
      case schema::DataType::INT8:
        return RunLines<int8_t>(context, part);
      case schema::DataType::INT32:
        return RunLines<int32_t>(context, part);
      case schema::DataType::INT64:
        return RunLines<int64_t>(context, part);
      default:
        return RunLines<float>(context, part);
    }
  }

 protected:
  // Where a line's results lie: `size` of them, from `first` in steps.
  struct Place {
    int64_t first;
    int64_t step;
  };

  virtual void RunLine(const Line<float>& line, const RunContext& context,
                       int part, void* output, Place place) const = 0;
  virtual void RunLine(const Line<int8_t>& line, const RunContext& context,
                       int part, void* output, Place place) const = 0;
  virtual void RunLine(const Line<int32_t>& line, const RunContext& context,
                       int part, void* output, Place place) const = 0;
  virtual void RunLine(const Line<int64_t>& line, const RunContext& context,
                       int part, void* output, Place place) const = 0;

  int64_t size() const { return size_; }
  uint8_t mask() const { return mask_; }
  void set_results(int64_t results) { results_ = results; }

 private:
  template <typename T>
  void RunLines(const RunContext& context, int part) const {
    const Range lines = PartOf(lines_, part, plan_.num_parts);
    const T* input = reinterpret_cast<const T*>(context.tensors[input_]);
    for (int64_t i = lines.begin; i < lines.end; ++i) {
      const int64_t outer = i / step_;
      const int64_t inner = i % step_;
      const Line<T> line = {input + outer * size_ * step_ + inner, step_,
                            mask_};
      RunLine(line, context, part, context.tensors[output_],
              {outer * results_ * step_ + inner, step_});
    }
  }

  int input_, output_;
  schema::DataType type_;
  uint8_t mask_;
  int64_t size_;      // of the axis
  int64_t step_ = 1;  // from value to value of a line
  int64_t lines_;
  int64_t results_ = 1;  // of a line
};

// Forwards the four types to a template of the derived class.
template <typename Derived>
class AlongAxisOf : public AlongAxis {
 public:
  using AlongAxis::AlongAxis;

 private:
  const Derived& self() const { return static_cast<const Derived&>(*this); }
  void RunLine(const Line<float>& line, const RunContext& context, int part,
               void* output, Place place) const override {
    self().RunOne(line, context, part, output, place);
  }
  void RunLine(const Line<int8_t>& line, const RunContext& context, int part,
               void* output, Place place) const override {
    self().RunOne(line, context, part, output, place);
  }
  void RunLine(const Line<int32_t>& line, const RunContext& context, int part,
               void* output, Place place) const override {
    self().RunOne(line, context, part, output, place);
  }
  void RunLine(const Line<int64_t>& line, const RunContext& context, int part,
               void* output, Place place) const override {
    self().RunOne(line, context, part, output, place);
  }
};

class ArgExtremum : public AlongAxisOf<ArgExtremum> {
 public:
  ArgExtremum(const PrepareContext& context, const Node& node,
              const schema::ArgExtremum& options)
      : AlongAxisOf(context, node, options.axis()),
        largest_(options.largest()),
        last_(options.last()),
        wide_(context.network.output(node).is(schema::DataType::INT64)) {
    plan_.kernel = "arg extremum";
  }

  template <typename T>
  void RunOne(const Line<T>& line, const RunContext&, int, void* output,
              Place place) const {
    int64_t best = 0;
    for (int64_t i = 1; i < size(); ++i) {
      if (last_ ? !Beats(line[best], line[i], largest_)
                : Beats(line[i], line[best], largest_)) {
        best = i;
      }
    }
    if (wide_) {
      static_cast<int64_t*>(output)[place.first] = best;
    } else {
      static_cast<int32_t*>(output)[place.first] = static_cast<int32_t>(best);
    }
  }

 private:
  bool largest_, last_, wide_;
};

class TopK : public AlongAxisOf<TopK> {
 public:
  TopK(const PrepareContext& context, const Node& node,
       const schema::TopK& options)
      : AlongAxisOf(context, node, options.axis()),
        k_(options.k()),
        largest_(options.largest()),
        indices_(options.result() == schema::TopKResult::INDICES) {
    set_results(k_);
    plan_.scratch_bytes =
        AlignBlock(static_cast<uint64_t>(size()) * sizeof(int32_t));
    plan_.kernel = "top k";
  }

  template <typename T>
  void RunOne(const Line<T>& line, const RunContext& context, int part,
              void* output, Place place) const {
    int32_t* order = reinterpret_cast<int32_t*>(
        context.scratch + static_cast<uint64_t>(part) * plan_.scratch_bytes);
    for (int64_t i = 0; i < size(); ++i) order[i] = static_cast<int32_t>(i);
    // A total order: the result does not depend on how it is sorted.
    std::partial_sort(order, order + k_, order + size(),
                      [&](int32_t a, int32_t b) {
                        const T x = line[a];
                        const T y = line[b];
                        if (Beats(x, y, largest_)) return true;
                        return !Beats(y, x, largest_) && a < b;
                      });
    for (int64_t i = 0; i < k_; ++i) {
      const int64_t at = place.first + i * place.step;
      if (indices_) {
        static_cast<int64_t*>(output)[at] = order[i];
      } else {
        static_cast<T*>(output)[at] = line.first[order[i] * line.step];
      }
    }
  }

 private:
  int64_t k_;
  bool largest_, indices_;
};

class CumSum : public AlongAxisOf<CumSum> {
 public:
  CumSum(const PrepareContext& context, const Node& node,
         const schema::CumSum& options)
      : AlongAxisOf(context, node, options.axis()),
        exclusive_(options.exclusive()),
        reverse_(options.reverse()) {
    set_results(size());
    plan_.kernel = "cumulative sum";
  }

  // Floats in double precision, integers modulo 2^64.
  template <typename T>
  void RunOne(const Line<T>& line, const RunContext&, int, void* output,
              Place place) const {
    using Sum = std::conditional_t<std::is_same_v<T, float>, double, uint64_t>;
    T* to = static_cast<T*>(output) + place.first;
    Sum sum = 0;
    for (int64_t i = 0; i < size(); ++i) {
      const int64_t at = reverse_ ? size() - 1 - i : i;
      const Sum with_value = sum + static_cast<Sum>(line[at]);
      to[at * place.step] = static_cast<T>(exclusive_ ? sum : with_value);
      sum = with_value;
    }
  }

 private:
  bool exclusive_, reverse_;
};

}  // namespace

Status VerifyArgExtremum(const Network& network, const Node& node) {
  const auto& options = node.options<schema::ArgExtremum>();
  OCTET_RETURN_IF_ERROR(CheckTensorType(network, node.output, kIntegerTypes));
  return CheckOutputShape(
      network, node,
      InferArgExtremumShape(options.axis(), options.keep_dims(),
                            network.input(node, 0).shape));
}

OperatorPointer MakeArgExtremum(const PrepareContext& context,
                                const Node& node) {
  return std::make_unique<ArgExtremum>(context, node,
                                       node.options<schema::ArgExtremum>());
}

Status VerifyTopK(const Network& network, const Node& node) {
  const auto& options = node.options<schema::TopK>();
  OCTET_RETURN_IF_ERROR(options.result() == schema::TopKResult::INDICES
                            ? CheckTensorType(network, node.output,
                                              TypeBit(schema::DataType::INT64))
                            : CheckSameValues(network, node, 0));
  return CheckOutputShape(network, node,
                          InferTopKShape({options.axis(), options.k()},
                                         network.input(node, 0).shape));
}

OperatorPointer MakeTopK(const PrepareContext& context, const Node& node) {
  return std::make_unique<TopK>(context, node, node.options<schema::TopK>());
}

Status VerifyCumSum(const Network& network, const Node& node) {
  return CheckOutputShape(
      network, node,
      InferAlongAxisShape(node.options<schema::CumSum>().axis(),
                          network.input(node, 0).shape));
}

OperatorPointer MakeCumSum(const PrepareContext& context, const Node& node) {
  return std::make_unique<CumSum>(context, node,
                                  node.options<schema::CumSum>());
}

}  // namespace octet
