// XNNPACK's operators as owned objects, its errors as Status.

#ifndef OCTET_CONVERTER_FLOAT_XNN_OPERATOR_H_
#define OCTET_CONVERTER_FLOAT_XNN_OPERATOR_H_

#include <pthreadpool.h>
#include <xnnpack.h>

#include <cstdint>
#include <memory>

#include "converter/float/float_operator.h"
#include "octet/status.h"

namespace octet::converter {

// For every xnn_create_*: a worker sleeps as soon as its share is done. By
// default it spins for up to 50 ms, which starves the thread that it waits for
// when other programs use the cores.
inline constexpr uint32_t kXnnFlags = XNN_FLAG_YIELD_WORKERS;

// Shared, because a std::function must be copyable.
using XnnOperator = std::shared_ptr<xnn_operator>;

// `status` in words.
Status FromXnnStatus(xnn_status status);

// Takes what an xnn_create_* function gave: its status and, where that is
// success, the operator.
Result<XnnOperator> OwnXnnOperator(xnn_status status, xnn_operator_t op);

// Runs an operator that xnn_setup_*, whose status is passed, has given its
// addresses.
Result<FloatOperator> RunXnnOperator(XnnOperator op, xnn_status setup_status,
                                     pthreadpool_t threads);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_FLOAT_XNN_OPERATOR_H_
