// Lookup: any function of one int8 value, as a table.

#include <string>

#include "engine/operators/checks.h"
#include "engine/operators/operators.h"
#include "engine/operators/split.h"

namespace octet {
namespace {

constexpr uint32_t kTableSize = 256;

class Lookup : public FusibleOperator {
 public:
  Lookup(const PrepareContext& context, const Node& node,
         const schema::Lookup& options)
      : input_(node.inputs[0]),
        output_(node.output),
        n_(context.network.output(node).NumElements()),
        run_(context.kernels.lookup) {
    const uint8_t mask = FormMask(context.kernels.form);
    for (uint32_t byte = 0; byte < kTableSize; ++byte) {
      const int q = static_cast<int8_t>(byte ^ mask);
      const int8_t value =
          options.values()->Get(static_cast<uint32_t>(q + 128));
      table_[byte] = static_cast<uint8_t>(static_cast<uint8_t>(value) ^ mask);
    }
    plan_.kernel =
        KernelName(context.kernels, &KernelTable::lookup, run_, "lookup");
    plan_.overwrites = 1;
    plan_.num_parts = NumParts(context, n_ * kWorkPerByte, ElementUnits(n_));
  }

  const uint8_t* GiveAwayTable() override {
    plan_.kernel = "in the layer before";
    plan_.aliases_input = true;
    plan_.num_parts = 0;
    return table_;
  }

  void Run(const RunContext& context, int part) const override {
    const Range range = ElementsOf(n_, part, plan_.num_parts);
    LookupArgs args = {};
    args.n = static_cast<size_t>(range.size());
    args.input = context.tensors[input_] + range.begin;
    args.output = context.tensors[output_] + range.begin;
    args.table = table_;
    run_(args);
  }

 private:
  int input_, output_;
  int64_t n_;
  LookupFunction run_;
  uint8_t table_[kTableSize];  // from byte to byte, in the plan's form
};

}  // namespace

Status VerifyLookup(const Network& network, const Node& node) {
  const auto* values = node.options<schema::Lookup>().values();
  if (values == nullptr || values->size() != kTableSize) {
    return InvalidModel("the table must have 256 values");
  }
  return CheckOutputShape(network, node, network.input(node, 0).shape);
}

OperatorPointer MakeLookup(const PrepareContext& context, const Node& node) {
  return std::make_unique<Lookup>(context, node,
                                  node.options<schema::Lookup>());
}

}  // namespace octet
