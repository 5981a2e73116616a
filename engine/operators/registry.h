// THE list of operators: for each type of the schema, how it is verified and
// made.

#ifndef OCTET_ENGINE_OPERATORS_REGISTRY_H_
#define OCTET_ENGINE_OPERATORS_REGISTRY_H_

#include <cstddef>
#include <memory>

#include "engine/network.h"
#include "engine/operators/operator.h"
#include "octet/status.h"

namespace octet {

struct OperatorType {
  schema::OperatorOptions type;
  size_t min_inputs;
  size_t max_inputs;
  // So many inputs from the second one on are constants of any type, which the
  // operator checks and packs; all others are activations (or constants that
  // stand in for them, in the plan's form).
  size_t num_constants;
  // Which types input 0 may have: a set of TypeBit.
  unsigned input_types;
  // All activations and the output have the type of input 0. Otherwise `verify`
  // checks theirs.
  bool one_type;
  // What is left after the checks common to all operators.
  Status (*verify)(const Network& network, const Node& node);
  // REQUIRES: a verified node.
  std::unique_ptr<Operator> (*make)(const PrepareContext& context,
                                    const Node& node);

  bool IsActivation(size_t input) const {
    return input == 0 || input > num_constants;
  }
};

// Null if this version has no such operator.
const OperatorType* FindOperatorType(schema::OperatorOptions type);

// Whether input 1 may be packed: these expand it before they pack their panels
// (ReadLayer).
bool TakesPackedWeights(schema::OperatorOptions type);

// "Conv2d"; "unknown" if this version has no such operator.
const char* OperatorTypeName(schema::OperatorOptions type);

// Everything that `node` must fulfil apart from its place in the order of
// execution. REQUIRES: a known type, options, tensor indices in range.
Status VerifyOperator(const Network& network, const Node& node);

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_REGISTRY_H_
