#include "converter/quantize/schema_options.h"

#include <algorithm>

namespace octet::converter {

std::unique_ptr<schema::Window2d> MakeWindow(const Window2dParams& window) {
  return std::make_unique<schema::Window2d>(
      window.kernel_h, window.kernel_w, window.stride_h, window.stride_w,
      window.dilation_h, window.dilation_w, window.pad_top, window.pad_left,
      window.pad_bottom, window.pad_right);
}

schema::SliceT MakeSlice(const Slice& op, int rank) {
  const SliceParams& params = op.params;
  schema::SliceT result;
  result.begin.assign(params.begin, params.begin + rank);
  result.step.assign(params.step, params.step + rank);
  const auto is_set = [](int32_t cut) { return cut >= 0; };
  if (std::any_of(params.cut, params.cut + rank, is_set)) {
    result.cut.assign(params.cut, params.cut + rank);
  }
  return result;
}

std::unique_ptr<schema::Clamp> MakeClamp(const FloatClamp& clamp,
                                         const ActivationParams& output) {
  const Int8Clamp bounds = QuantizeClamp(clamp, output);
  return std::make_unique<schema::Clamp>(bounds.min, bounds.max);
}

std::unique_ptr<schema::FloatClamp> MakeFloatClamp(const FloatClamp& clamp) {
  if (clamp.is_none()) return nullptr;
  return std::make_unique<schema::FloatClamp>(clamp.min, clamp.max);
}

schema::ResizeT MakeResize(const Resize& op) {
  const auto rank = size_t(op.shape.rank);
  schema::ResizeT result;
  result.mode = op.mode;
  result.coordinates = op.coordinates;
  result.nearest = op.nearest;
  result.cubic_coeff_a = op.cubic_coeff_a;
  result.exclude_outside = op.exclude_outside;
  result.extrapolation_value = op.extrapolation_value;
  result.antialias = op.antialias;
  result.scales.assign(op.scales.begin(), op.scales.begin() + rank);
  if (op.coordinates == schema::ResizeCoordinates::TF_CROP_AND_RESIZE) {
    result.roi.assign(op.roi_start.begin(), op.roi_start.begin() + rank);
    result.roi.insert(result.roi.end(), op.roi_end.begin(),
                      op.roi_end.begin() + rank);
  }
  return result;
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
