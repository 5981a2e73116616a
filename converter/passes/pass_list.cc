#include "converter/passes/pass_list.h"

#include <string>

#include "converter/passes/eliminate_dead_nodes.h"
#include "converter/passes/eliminate_transposes.h"
#include "converter/passes/fold_channel_affine.h"
#include "converter/passes/fold_constants.h"
#include "converter/passes/fold_flatten.h"
#include "converter/passes/fuse_clamps.h"
#include "converter/passes/fuse_pads.h"
#include "converter/passes/lower_transposed_convolutions.h"
#include "converter/passes/merge_average_pools.h"
#include "converter/passes/merge_reshapes.h"
#include "converter/passes/recognize_functions.h"
#include "converter/passes/recognize_layer_normalization.h"
#include "converter/passes/remove_identities.h"
#include "converter/passes/scale_first_matrices.h"
#include "converter/passes/slice_gathers.h"

namespace octet::converter {
namespace {

constexpr Pass kPasses[] = {
    // First, so that no pass works for, or is hindered by, what nobody reads.
    {"eliminate_dead_nodes", EliminateDeadNodes},
    // Everything behind looks for constants: weights, scales, operands.
    {"fold_constants", FoldConstants},
    // Everything behind looks for producers and readers that are neighbours.
    {"remove_identities", RemoveIdentities},
    // Before eliminate_transposes, which would move those around the means, and
    // fold_channel_affine, which would take the scale and bias elsewhere.
    {"recognize_layer_normalization", RecognizeLayerNormalization},
    // Before fold_channel_affine, which would take the constants of such a
    // function into layers.
    {"recognize_functions", RecognizeFunctions},
    // Before merge_reshapes, for the Reshapes that it leaves behind.
    {"slice_gathers", SliceGathers},
    // Before eliminate_transposes: a Reshape and its inverse (mean(3) without
    // keepdims, then mean(2)) keep two Transposes apart that cancel.
    {"merge_reshapes", MergeReshapes},
    // Before all that looks at operators in NHWC: what folds or fuses is then
    // next to its Conv2d, and channels are the last axis.
    {"eliminate_transposes", EliminateTransposes},
    // Again: Transposes of dimensions of size 1 (behind global pooling) have
    // become Reshapes next to those of a Flatten.
    {"merge_reshapes", MergeReshapes},
    // Behind eliminate_transposes, which leaves the Transpose in front of a
    // flattened picture: nothing else removes it.
    {"fold_flatten", FoldFlatten},
    // Behind merge_reshapes, which brings the two pools together.
    {"merge_average_pools", MergeAveragePools},
    // Before fold_channel_affine, which takes the number into the layer that it
    // then stands behind.
    {"scale_first_matrices", ScaleFirstMatrices},
    // Before fuse_clamps: a layer with a clamp cannot take a scale any more.
    {"fold_channel_affine", FoldChannelAffine},
    // The Reshapes around a depthwise Conv2d may meet others.
    {"merge_reshapes", MergeReshapes},
    // Behind eliminate_transposes and fold_channel_affine, which make layers
    // and clamps neighbours.
    {"fuse_clamps", FuseClamps},
    // Behind eliminate_transposes, which brings Pads next to their layers.
    {"fuse_pads", FusePads},
    // Last: layers and clamps are folded into the transposed convolution by
    // then, and merge_reshapes does not undo the steps of the shuffle.
    {"lower_transposed_convolutions", LowerTransposedConvolutions},
};

}  // namespace

std::span<const Pass> PassList() { return kPasses; }

Status RunPasses(Graph& graph) {
  for (const Pass& pass : PassList()) {
    const std::string context = std::string("pass ") + pass.name;
    OCTET_RETURN_IF_ERROR(pass.run(graph).WithContext(context));
    OCTET_RETURN_IF_ERROR(ValidateGraph(graph).WithContext(context));
  }
  return OkStatus();
}

}  // namespace octet::converter
