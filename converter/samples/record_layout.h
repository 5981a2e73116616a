// RecordLayout: what the records of a raw binary file mean.

#ifndef OCTET_CONVERTER_SAMPLES_RECORD_LAYOUT_H_
#define OCTET_CONVERTER_SAMPLES_RECORD_LAYOUT_H_

#include <cstdint>
#include <string>

#include "octet/status.h"

namespace octet::converter {

// A record is a label byte, if it has one, and height * width * channels bytes:
//   value = scale * (byte - zero_point)
struct RecordLayout {
  int height = 0;
  int width = 0;
  int channels = 0;
  bool has_label = false;
  // Bytes are int8 rather than uint8.
  bool is_signed = false;
  // Channel after channel (CHW) rather than side by side (HWC).
  bool is_planar = false;
  double scale = 1.0;
  int zero_point = 0;

  int64_t num_values() const { return int64_t{height} * width * channels; }
  int64_t num_bytes() const { return num_values() + (has_label ? 1 : 0); }
  // Whether a record is a picture of 8-bit pixels, which preprocessing is for.
  bool is_picture() const {
    return !is_signed && (channels == 1 || channels == 3) && scale == 1.0 &&
           zero_point == 0;
  }
};

// CIFAR-10's binary version.
RecordLayout Cifar10Layout();

// OK if the dimensions are positive, a record has at most 2^30 bytes, scale is
// finite and positive and zero_point is in the range of a byte.
Status CheckRecordLayout(const RecordLayout& layout);

// Reads a description: words joined by commas, in any order, of which only the
// dimensions must be there.
//   HEIGHTxWIDTHxCHANNELS     label        (a label byte comes first)
//   u8 | i8                   planar | interleaved
//   scale=VALUE               zero_point=VALUE
// E.g. "label,49x10x1,i8,scale=0.5847,zero_point=83".
Result<RecordLayout> ParseRecordLayout(const std::string& text);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_SAMPLES_RECORD_LAYOUT_H_
