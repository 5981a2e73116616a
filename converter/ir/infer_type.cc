#include "converter/ir/infer_type.h"

#include <algorithm>
#include <string>

namespace octet::converter {
namespace {

using schema::BinaryFunction;
using schema::ReduceFunction;
using schema::UnaryFunction;
using Types = std::vector<DataType>;

Status WrongType(size_t i, DataType type) {
  return Unsupported("input " + std::to_string(i) + " has the type " +
                     TypeName(type) + ", which this operator does not take");
}

bool IsNumber(DataType type) {
  return type == DataType::FLOAT32 || type == DataType::INT32 ||
         type == DataType::INT64;
}

bool TakesIntegers(ReduceFunction function) {
  return function != ReduceFunction::L2 &&
         function != ReduceFunction::LOG_SUM &&
         function != ReduceFunction::LOG_SUM_EXP;
}

bool IsComparison(BinaryFunction function) {
  return function >= BinaryFunction::EQUAL &&
         function <= BinaryFunction::GREATER_OR_EQUAL;
}

bool IsLogic(BinaryFunction function) {
  return function >= BinaryFunction::AND;
}

// Overloads, one an operator; without one it takes FLOAT32 alone.
struct Inference {
  const Types& in;

  Result<DataType> SameOfAll() const {
    for (size_t i = 1; i < in.size(); ++i) {
      if (in[i] != in[0]) return WrongType(i, in[i]);
    }
    return in[0];
  }
  Result<DataType> Check(size_t i, bool fits, DataType result) const {
    if (!fits) return WrongType(i, in[i]);
    return result;
  }
  Result<DataType> FirstWithIndices() const {
    return Check(1, in[1] == DataType::INT64 || in[1] == DataType::INT32,
                 in[0]);
  }

  Result<DataType> operator()(const Concat&) const { return SameOfAll(); }
  Result<DataType> operator()(const Reshape&) const { return in[0]; }
  Result<DataType> operator()(const Transpose&) const { return in[0]; }
  Result<DataType> operator()(const Pad&) const { return in[0]; }
  Result<DataType> operator()(const Slice&) const { return in[0]; }
  Result<DataType> operator()(const Identity&) const { return in[0]; }
  Result<DataType> operator()(const Expand&) const { return in[0]; }
  Result<DataType> operator()(const Cast& op) const { return op.to; }
  Result<DataType> operator()(const Gather&) const {
    return FirstWithIndices();
  }
  Result<DataType> operator()(const GatherNd&) const {
    return FirstWithIndices();
  }
  Result<DataType> operator()(const GatherElements&) const {
    return FirstWithIndices();
  }
  Result<DataType> operator()(const Where&) const {
    if (in[0] != DataType::BOOL) return WrongType(0, in[0]);
    return Check(2, in[2] == in[1], in[1]);
  }
  Result<DataType> operator()(const Unary& op) const {
    if (op.function == UnaryFunction::NOT) {
      return Check(0, in[0] == DataType::BOOL, DataType::BOOL);
    }
    const bool takes_integers = op.function == UnaryFunction::ABS ||
                                op.function == UnaryFunction::NEG ||
                                op.function == UnaryFunction::SIGN;
    const bool gives_bool = op.function == UnaryFunction::IS_NAN ||
                            op.function == UnaryFunction::IS_INF;
    return Check(
        0, in[0] == DataType::FLOAT32 || (takes_integers && IsNumber(in[0])),
        gives_bool ? DataType::BOOL : in[0]);
  }
  Result<DataType> operator()(const Binary& op) const {
    OCTET_ASSIGN_OR_RETURN(const DataType type, SameOfAll());
    const bool is_bool = type == DataType::BOOL;
    if (IsLogic(op.function)) return Check(0, is_bool, type);
    if (IsComparison(op.function)) {
      const bool fits = IsNumber(type) || type == DataType::UINT8 ||
                        (is_bool && op.function == BinaryFunction::EQUAL);
      return Check(0, fits, DataType::BOOL);
    }
    return Check(0, IsNumber(type), type);
  }
  Result<DataType> operator()(const Reduce& op) const {
    const bool fits = in[0] == DataType::FLOAT32 ||
                      (IsNumber(in[0]) && TakesIntegers(op.function));
    return Check(0, fits, in[0]);
  }
  Result<DataType> operator()(const CumSum&) const {
    return Check(0, IsNumber(in[0]), in[0]);
  }
  Result<DataType> operator()(const ArgExtremum&) const {
    return Check(0, in[0] == DataType::FLOAT32, DataType::INT64);
  }
  Result<DataType> operator()(const TopK& op) const {
    const bool indices = op.result == schema::TopKResult::INDICES;
    return Check(0, IsNumber(in[0]), indices ? DataType::INT64 : in[0]);
  }
  Result<DataType> operator()(const NonMaxSuppression&) const {
    for (size_t i = 0; i < 2; ++i) {
      if (in[i] != DataType::FLOAT32) return WrongType(i, in[i]);
    }
    return DataType::INT64;
  }
  template <typename FloatOnly>
  Result<DataType> operator()(const FloatOnly&) const {
    for (size_t i = 0; i < in.size(); ++i) {
      if (in[i] != DataType::FLOAT32) return WrongType(i, in[i]);
    }
    return DataType::FLOAT32;
  }
};

}  // namespace

Result<DataType> InferType(const Operator& op, const Types& input_types) {
  return std::visit(Inference{input_types}, op);
}

const char* TypeName(DataType type) { return schema::EnumNameDataType(type); }

bool IsPlainInteger(DataType type) {
  return type == DataType::INT32 || type == DataType::INT64 ||
         type == DataType::UINT8;
}

}  // namespace octet::converter
