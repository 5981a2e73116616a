// Pooling by plain loops, for the windows that XNNPACK's operators cannot
// express (see pooling.cc).

#ifndef OCTET_CONVERTER_FLOAT_PLAIN_POOLING_H_
#define OCTET_CONVERTER_FLOAT_PLAIN_POOLING_H_

#include "converter/float/float_operator.h"

namespace octet::converter {

enum class PoolKind { kMax, kAverage };

// Any window. count_include_pad matters for averages alone.
FloatOperator MakePlainPool2d(PoolKind kind, const Window2dParams& window,
                              bool count_include_pad, const FloatClamp& clamp,
                              const FloatNode& node);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_FLOAT_PLAIN_POOLING_H_
