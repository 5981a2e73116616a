// Einsum of one or two tensors, as a product of matrices: letters that both
// operands and the output have are batches, those of both alone are summed.

#include <algorithm>
#include <string>
#include <vector>

#include "converter/ir/shape_arguments.h"
#include "converter/onnx/operator_imports.h"

namespace octet::converter {
namespace {

struct Equation {
  std::vector<std::string> inputs;
  std::string output;
};

bool HasTwice(const std::string& letters) {
  std::string sorted = letters;
  std::sort(sorted.begin(), sorted.end());
  return std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
}

// Without an arrow the output has the letters that occur once, sorted.
Result<Equation> ParseEquation(std::string text) {
  std::erase(text, ' ');
  Equation equation;
  const size_t arrow = text.find("->");
  const std::string left = text.substr(0, arrow);
  std::string term;
  for (char c : left + ",") {
    if (c == ',') {
      equation.inputs.push_back(term);
      term.clear();
    } else {
      term += c;
    }
  }
  if (arrow != std::string::npos) {
    equation.output = text.substr(arrow + 2);
  } else {
    for (char c = 'A'; c <= 'z'; ++c) {
      if (std::count(left.begin(), left.end(), c) == 1) equation.output += c;
    }
  }
  if (text.find('.') != std::string::npos) {
    return Unsupported("the equation '" + text + "' has an ellipsis");
  }
  for (const std::string& letters : equation.inputs) {
    if (HasTwice(letters)) {
      return Unsupported("the equation '" + text + "' takes a diagonal");
    }
  }
  return equation;
}

bool Contains(const std::string& letters, char letter) {
  return letters.find(letter) != std::string::npos;
}

// The dimensions of `letters` in the order of `order`.
Result<ValueId> EmitOrdered(NodeContext& node, ValueId x,
                            const std::string& letters,
                            const std::string& order,
                            const std::string& suffix) {
  if (letters == order) return x;
  TransposeParams permutation;
  for (size_t i = 0; i < order.size(); ++i) {
    const size_t from = letters.find(order[i]);
    if (from == std::string::npos) {
      return InvalidModel("the output has the letter '" +
                          std::string(1, order[i]) + "', which no input has");
    }
    permutation.permutation[i] = static_cast<int32_t>(from);
  }
  return node.EmitTranspose(x, permutation, suffix);
}

// Sums over the letters that are not in `kept`, and drops them.
Result<ValueId> EmitSum(NodeContext& node, ValueId x, std::string& letters,
                        const std::string& kept, const std::string& suffix) {
  Reduce sum;
  Shape shape;
  std::string left;
  for (size_t i = 0; i < letters.size(); ++i) {
    const int axis = static_cast<int>(i);
    if (Contains(kept, letters[i])) {
      left += letters[i];
      shape[shape.rank++] = node.shape(x)[axis];
    } else {
      sum.axes.push_back(axis);
    }
  }
  letters = left;
  if (sum.axes.empty()) return x;
  OCTET_ASSIGN_OR_RETURN(const ValueId summed,
                         node.Emit(sum, {x}, suffix + "/summed"));
  return node.EmitReshape(summed, shape, suffix + "/dropped");
}

// The product of the sizes of `letters`.
int64_t SizeOf(const Shape& shape, const std::string& all,
               const std::string& letters) {
  int64_t size = 1;
  for (char letter : letters) {
    size *= shape[static_cast<int>(all.find(letter))];
  }
  return size;
}

struct Letters {
  std::string batch, a_alone, b_alone, summed;
};

Letters Sort(const std::string& a, const std::string& b,
             const std::string& output) {
  Letters sorted;
  for (char letter : a) {
    if (!Contains(b, letter)) {
      sorted.a_alone += letter;
    } else {
      (Contains(output, letter) ? sorted.batch : sorted.summed) += letter;
    }
  }
  for (char letter : b) {
    if (!Contains(a, letter)) sorted.b_alone += letter;
  }
  return sorted;
}

Result<ValueId> EmitProduct(NodeContext& node, ValueId a, std::string a_letters,
                            ValueId b, std::string b_letters,
                            const std::string& output) {
  OCTET_ASSIGN_OR_RETURN(a,
                         EmitSum(node, a, a_letters, b_letters + output, "/a"));
  OCTET_ASSIGN_OR_RETURN(b,
                         EmitSum(node, b, b_letters, a_letters + output, "/b"));
  const Letters letters = Sort(a_letters, b_letters, output);
  OCTET_ASSIGN_OR_RETURN(
      a, EmitOrdered(node, a, a_letters,
                     letters.batch + letters.a_alone + letters.summed, "/a"));
  OCTET_ASSIGN_OR_RETURN(
      b, EmitOrdered(node, b, b_letters,
                     letters.batch + letters.summed + letters.b_alone, "/b"));
  a_letters = letters.batch + letters.a_alone + letters.summed;
  b_letters = letters.batch + letters.summed + letters.b_alone;
  const Shape shape_a = node.shape(a), shape_b = node.shape(b);
  const int64_t batch = SizeOf(shape_a, a_letters, letters.batch);
  const int64_t m = SizeOf(shape_a, a_letters, letters.a_alone);
  const int64_t k = SizeOf(shape_a, a_letters, letters.summed);
  const int64_t n = SizeOf(shape_b, b_letters, letters.b_alone);
  OCTET_ASSIGN_OR_RETURN(const Shape matrices_a, ToShape({batch, m, k}));
  OCTET_ASSIGN_OR_RETURN(const Shape matrices_b, ToShape({batch, k, n}));
  OCTET_ASSIGN_OR_RETURN(a, node.EmitReshape(a, matrices_a, "/a_matrices"));
  OCTET_ASSIGN_OR_RETURN(b, node.EmitReshape(b, matrices_b, "/b_matrices"));
  OCTET_ASSIGN_OR_RETURN(const ValueId product,
                         node.Emit(MatMul{}, {a, b}, "/product"));
  Shape shape;
  for (char c : letters.batch + letters.a_alone) {
    shape[shape.rank++] = shape_a[static_cast<int>(a_letters.find(c))];
  }
  for (char c : letters.b_alone) {
    if (shape.rank == kMaxRank) return Unsupported("has too many letters");
    shape[shape.rank++] = shape_b[static_cast<int>(b_letters.find(c))];
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId split,
                         node.EmitReshape(product, shape, "/split"));
  return EmitOrdered(node, split,
                     letters.batch + letters.a_alone + letters.b_alone, output,
                     "");
}

}  // namespace

Status ImportEinsum(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const std::string text,
                         node.attributes().GetString("equation", ""));
  OCTET_ASSIGN_OR_RETURN(Equation equation, ParseEquation(text));
  const size_t count = equation.inputs.size();
  if (count != size_t(node.num_inputs()) || count < 1 || count > 2) {
    return Unsupported("the equation '" + text + "' has " +
                       std::to_string(count) + " operands; one or two of " +
                       std::to_string(node.num_inputs()) + " are supported");
  }
  std::vector<ValueId> inputs;
  for (size_t i = 0; i < count; ++i) {
    OCTET_ASSIGN_OR_RETURN(inputs.emplace_back(),
                           node.Input(static_cast<int>(i)));
    if (size_t(node.shape(inputs[i]).rank) != equation.inputs[i].size()) {
      return InvalidModel("the equation '" + text + "' does not fit input " +
                          std::to_string(i));
    }
  }
  ValueId result = inputs[0];
  if (count == 2) {
    OCTET_ASSIGN_OR_RETURN(
        result, EmitProduct(node, inputs[0], equation.inputs[0], inputs[1],
                            equation.inputs[1], equation.output));
  } else {
    OCTET_ASSIGN_OR_RETURN(
        result, EmitSum(node, result, equation.inputs[0], equation.output, ""));
    OCTET_ASSIGN_OR_RETURN(result, EmitOrdered(node, result, equation.inputs[0],
                                               equation.output, ""));
  }
  return node.Return(result);
}

}  // namespace octet::converter
