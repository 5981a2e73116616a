// MaxPool2d.

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/operators.h"
#include "engine/operators/pool2d.h"

namespace octet {
namespace {

class MaxPool2d : public Pool2d {
 public:
  MaxPool2d(const PrepareContext& context, const Node& node,
            const schema::MaxPool2d& options)
      : Pool2d(context, node,
               PoolWindowOf(options, context.network.input(node, 0).shape),
               StageOf(context.network.output(node), *options.clamp()),
               context.kernels.max_pool) {
    plan_.kernel = KernelName(context.kernels, &KernelTable::max_pool,
                              context.kernels.max_pool, "max_pool");
  }

 protected:
  void SetScale(int64_t, PoolArgs*) const override {}
};

}  // namespace

Status VerifyMaxPool2d(const Network& network, const Node& node) {
  const auto& options = node.options<schema::MaxPool2d>();
  const Result<Window2dParams> window =
      ReadPoolWindow<schema::MaxPool2d>(network, node);
  if (network.output(node).is_float()) {
    return VerifyFloatPool2d(network, node, window, options.float_clamp());
  }
  OCTET_RETURN_IF_ERROR(CheckSameQuantization(network, node));
  return VerifyPool2d(network, node, window, options.clamp());
}

OperatorPointer MakeMaxPool2d(const PrepareContext& context, const Node& node) {
  if (context.network.output(node).is_float()) {
    return MakeFloatMaxPool2d(context, node);
  }
  return std::make_unique<MaxPool2d>(context, node,
                                     node.options<schema::MaxPool2d>());
}

}  // namespace octet
