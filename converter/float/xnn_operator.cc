#include "converter/float/xnn_operator.h"

#include <string>
#include <utility>

namespace octet::converter {

Status FromXnnStatus(xnn_status status) {
  switch (status) {
    case xnn_status_success:
      return OkStatus();
    case xnn_status_out_of_memory:
      return ResourceExhausted("XNNPACK ran out of memory");
    case xnn_status_unsupported_hardware:
      return Unsupported("XNNPACK does not support this CPU");
    case xnn_status_invalid_parameter:
    case xnn_status_unsupported_parameter:
      return Unsupported("XNNPACK cannot run an operator of these parameters");
    case xnn_status_uninitialized:
    case xnn_status_invalid_state:
      break;
  }
  return InternalError("XNNPACK reports status " +
                       std::to_string(static_cast<int>(status)));
}

Result<XnnOperator> OwnXnnOperator(xnn_status status, xnn_operator_t op) {
  OCTET_RETURN_IF_ERROR(FromXnnStatus(status));
  return XnnOperator(op, xnn_delete_operator);
}

Result<FloatOperator> RunXnnOperator(XnnOperator op, xnn_status setup_status,
                                     pthreadpool_t threads) {
  OCTET_RETURN_IF_ERROR(FromXnnStatus(setup_status));
  return FloatOperator([op = std::move(op), threads] {
    return FromXnnStatus(xnn_run_operator(op.get(), threads));
  });
}

}  // namespace octet::converter
