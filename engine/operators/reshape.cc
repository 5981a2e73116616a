// Reshape: another shape for the same bytes, in the same place.

#include "engine/operators/checks.h"
#include "engine/operators/operators.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

class Reshape : public Operator {
 public:
  Reshape() {
    plan_.kernel = "none";
    plan_.aliases_input = true;
    plan_.num_parts = 0;
  }
  void Run(const RunContext&, int) const override {}
};

}  // namespace

Status VerifyReshape(const Network& network, const Node& node) {
  OCTET_RETURN_IF_ERROR(CheckSameQuantization(network, node));
  return CheckOutputShape(network, node,
                          InferReshapeShape(network.input(node, 0).shape,
                                            network.output(node).shape));
}

OperatorPointer MakeReshape(const PrepareContext&, const Node&) {
  return std::make_unique<Reshape>();
}

}  // namespace octet
