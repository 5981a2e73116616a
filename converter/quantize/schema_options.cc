#include "converter/quantize/schema_options.h"

namespace octet::converter {

std::unique_ptr<schema::Window2d> MakeWindow(const Window2dParams& window) {
  return std::make_unique<schema::Window2d>(
      window.kernel_h, window.kernel_w, window.stride_h, window.stride_w,
      window.dilation_h, window.dilation_w, window.pad_top, window.pad_left,
      window.pad_bottom, window.pad_right);
}

std::unique_ptr<schema::Clamp> MakeClamp(const FloatClamp& clamp,
                                         const ActivationParams& output) {
  const Int8Clamp bounds = QuantizeClamp(clamp, output);
  return std::make_unique<schema::Clamp>(bounds.min, bounds.max);
}

Status AppendRequantization(double effective_scale,
                            schema::RequantizationT& requantization) {
  OCTET_ASSIGN_OR_RETURN(const RequantizationParams params,
                         DeriveRequantization(effective_scale));
  requantization.multiplier.push_back(params.multiplier);
  requantization.shift.push_back(params.shift);
  return OkStatus();
}

Result<schema::RequantizeT> MakeRequantize(const ActivationParams& input,
                                           const ActivationParams& output,
                                           const FloatClamp& clamp) {
  schema::RequantizeT options;
  options.requantization = std::make_unique<schema::RequantizationT>();
  OCTET_RETURN_IF_ERROR(AppendRequantization(double{input.scale} / output.scale,
                                             *options.requantization));
  options.clamp = MakeClamp(clamp, output);
  return options;
}

}  // namespace octet::converter
