#include "tests/kernels/elementwise_tester.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/kernels/guarded_buffer.h"
#include "tests/kernels/layer_data.h"
#include "tests/kernels/output_check.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

std::string ToString(const reference::OutputParams& output) {
  return ", output " + std::to_string(output.zero_point) + " [" +
         std::to_string(output.clamp_min) + ", " +
         std::to_string(output.clamp_max) + "]";
}

// Guarded memory that begins with `size` bytes of `bytes`.
GuardedBuffer CopyOf(const void* bytes, size_t size, size_t misalignment,
                     Random& random) {
  GuardedBuffer buffer(misalignment + size + kOverreadBytes, AnyFlush(random));
  buffer.FillRandomly(random);
  if (size > 0) std::memcpy(buffer.data() + misalignment, bytes, size);
  return buffer;
}

}  // namespace

ElementwiseTester& ElementwiseTester::in_place(size_t index) {
  in_place_ = true;
  over_input_ = index;
  return *this;
}
ElementwiseTester& ElementwiseTester::misalignment(size_t value) {
  misalignment_ = value;
  return *this;
}

std::string ElementwiseTester::ToString(const char* what, ActivationForm form,
                                        size_t n) const {
  std::string text = what;
  text += form == ActivationForm::kU8 ? " u8" : " s8";
  text += ": n " + std::to_string(n) + ", misalignment " +
          std::to_string(misalignment_);
  if (in_place_) text += ", in place of input " + std::to_string(over_input_);
  return text;
}

void ElementwiseTester::Run(const std::string& description, ActivationForm form,
                            const std::vector<std::vector<int8_t>>& inputs,
                            const std::vector<int8_t>& expected,
                            const Call& call) const {
  if (testing::Test::HasFailure()) return;  // one report is enough
  SetRunningCase(&description);
  Random random(CaseSeed(description));
  const size_t n = expected.size();
  // In front of the output, so that what lies behind it may be read as the
  // slack of an input.
  const OutputArea output(
      {1, 1, n, 0, 0},
      in_place_ ? GuardedBuffer::Flush::kFront : AnyFlush(random),
      misalignment_);
  std::vector<GuardedBuffer> buffers;
  std::vector<const void*> pointers;
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::vector<int8_t> bytes = inputs[i];
    for (int8_t& q : bytes) {
      q = static_cast<int8_t>(static_cast<uint8_t>(q) ^ FormMask(form));
    }
    buffers.push_back(
        CopyOf(bytes.data(), bytes.size(), misalignment_, random));
    pointers.push_back(buffers.back().data() + misalignment_);
    if (in_place_ && i == over_input_) {
      std::memcpy(output.first(), bytes.data(), n);
      pointers.back() = output.first();
    }
  }
  call(pointers, output.first());
  output.ExpectWritten(expected, form, description);
  SetRunningCase(nullptr);
}

void ElementwiseTester::TestAdd(AddFunction function, ActivationForm form,
                                const reference::AddLayer& layer,
                                const std::vector<int8_t>& a,
                                const std::vector<int8_t>& b) const {
  const std::string description =
      ToString("add", form, a.size()) + ", zero points " +
      std::to_string(layer.zero_point_a) + " and " +
      std::to_string(layer.zero_point_b) + ", multipliers " +
      std::to_string(layer.multiplier_a) + " and " +
      std::to_string(layer.multiplier_b) + ", fraction bits " +
      std::to_string(layer.fraction_bits) + octet::ToString(layer.output);
  Run(description, form, {a, b}, reference::Add(layer, a, b),
      [&](const std::vector<const void*>& in, void* out) {
        AddArgs args = {};
        args.n = a.size();
        args.a = in[0];
        args.b = in[1];
        args.output = out;
        args.zero_point_a = static_cast<int8_t>(layer.zero_point_a);
        args.zero_point_b = static_cast<int8_t>(layer.zero_point_b);
        args.multiplier_a = static_cast<int16_t>(layer.multiplier_a);
        args.multiplier_b = static_cast<int16_t>(layer.multiplier_b);
        args.fraction_bits = static_cast<int8_t>(layer.fraction_bits);
        args.stage = ToOutputStage(layer.output);
        args.form = form;
        function(args);
      });
}

void ElementwiseTester::TestMul(MulFunction function, ActivationForm form,
                                const reference::MulLayer& layer, size_t rows,
                                const std::vector<int8_t>& a,
                                const std::vector<int8_t>& b) const {
  const std::string description =
      ToString("mul", form, a.size()) + " in " + std::to_string(rows) +
      " rows, " + std::to_string(b.size()) + " in b, zero points " +
      std::to_string(layer.zero_point_a) + " and " +
      std::to_string(layer.zero_point_b) + ", multiplier " +
      std::to_string(layer.multiplier) + ", shift " +
      std::to_string(layer.shift) + octet::ToString(layer.output);
  Run(description, form, {a, b}, reference::Mul(layer, a, b),
      [&](const std::vector<const void*>& in, void* out) {
        MulArgs args = {};
        args.rows = rows;
        args.n = a.size() / rows;
        args.a = in[0];
        args.b = in[1];
        args.output = out;
        args.b_stride = b.size() == a.size() ? args.n : 0;
        args.zero_point_a = static_cast<int8_t>(layer.zero_point_a);
        args.zero_point_b = static_cast<int8_t>(layer.zero_point_b);
        args.multiplier = static_cast<int16_t>(layer.multiplier);
        args.shift = static_cast<int8_t>(layer.shift);
        args.stage = ToOutputStage(layer.output);
        args.form = form;
        function(args);
      });
}

void ElementwiseTester::TestRequantize(RequantizeFunction function,
                                       ActivationForm form,
                                       int input_zero_point, int multiplier,
                                       int shift,
                                       const reference::OutputParams& output,
                                       const std::vector<int8_t>& input) const {
  const std::string description =
      ToString("requantize", form, input.size()) + ", zero point " +
      std::to_string(input_zero_point) + ", multiplier " +
      std::to_string(multiplier) + ", shift " + std::to_string(shift) +
      octet::ToString(output);
  Run(description, form, {input},
      reference::Requantize(input, input_zero_point, multiplier, shift, output),
      [&](const std::vector<const void*>& in, void* out) {
        RequantizeArgs args = {};
        args.n = input.size();
        args.input = in[0];
        args.output = out;
        args.zero_point_input = static_cast<int8_t>(input_zero_point);
        args.multiplier = static_cast<int16_t>(multiplier);
        args.shift = static_cast<int8_t>(shift);
        args.stage = ToOutputStage(output);
        args.form = form;
        function(args);
      });
}

void ElementwiseTester::TestLookup(LookupFunction function, ActivationForm form,
                                   const std::vector<int8_t>& values,
                                   const std::vector<int8_t>& input) const {
  // By byte, in and out, instead of by q.
  std::vector<uint8_t> table(256);
  for (size_t byte = 0; byte < 256; ++byte) {
    const uint8_t mask = FormMask(form);
    const int q = static_cast<int8_t>(static_cast<uint8_t>(byte) ^ mask);
    const int8_t value = values[static_cast<size_t>(q + 128)];
    table[byte] = static_cast<uint8_t>(value) ^ mask;
  }
  Run(ToString("lookup", form, input.size()), form, {input},
      reference::Lookup(input, values),
      [&](const std::vector<const void*>& in, void* out) {
        function({input.size(), in[0], out, table.data()});
      });
}

void ElementwiseTester::TestSoftmax(SoftmaxFunction function,
                                    ActivationForm form, size_t n,
                                    const std::vector<uint16_t>& table,
                                    const std::vector<int8_t>& input) const {
  Run(ToString("softmax", form, input.size()) + ", in rows of " +
          std::to_string(n),
      form, {input}, reference::Softmax(input, n, table),
      [&](const std::vector<const void*>& in, void* out) {
        function({input.size() / n, n, in[0], out, table.data(), form});
      });
}

void ElementwiseTester::TestQuantize(QuantizeFunction function,
                                     ActivationForm form, float scale,
                                     int zero_point,
                                     const std::vector<float>& input) const {
  const std::string description = ToString("quantize", form, input.size()) +
                                  ", scale " + std::to_string(scale) +
                                  ", zero point " + std::to_string(zero_point);
  Random random(CaseSeed(description));
  const GuardedBuffer floats =
      CopyOf(input.data(), input.size() * sizeof(float),
             misalignment_ / sizeof(float) * sizeof(float), random);
  const uint8_t* first =
      floats.data() + misalignment_ / sizeof(float) * sizeof(float);
  Run(description, form, {}, reference::Quantize(input, scale, zero_point),
      [&](const std::vector<const void*>&, void* out) {
        function({input.size(), reinterpret_cast<const float*>(first), out,
                  scale, static_cast<int8_t>(zero_point), form});
      });
}

void ElementwiseTester::TestDequantize(DequantizeFunction function,
                                       ActivationForm form, float scale,
                                       int zero_point,
                                       const std::vector<int8_t>& input) const {
  const std::string description = ToString("dequantize", form, input.size()) +
                                  ", scale " + std::to_string(scale) +
                                  ", zero point " + std::to_string(zero_point);
  // As an output of bytes that are the floats' own.
  const std::vector<float> expected =
      reference::Dequantize(input, scale, zero_point);
  std::vector<int8_t> bytes(expected.size() * sizeof(float));
  if (!bytes.empty()) std::memcpy(bytes.data(), expected.data(), bytes.size());
  Random random(CaseSeed(description));
  std::vector<int8_t> in_form = input;
  for (int8_t& q : in_form) {
    q = static_cast<int8_t>(static_cast<uint8_t>(q) ^ FormMask(form));
  }
  const GuardedBuffer buffer =
      CopyOf(in_form.data(), in_form.size(), misalignment_, random);
  // Floats are aligned to 4 bytes, whatever the misalignment of the input.
  ElementwiseTester aligned;
  aligned.Run(description, ActivationForm::kS8, {}, bytes,
              [&](const std::vector<const void*>&, void* out) {
                function({input.size(), buffer.data() + misalignment_,
                          static_cast<float*>(out), scale,
                          static_cast<int8_t>(zero_point), form});
              });
}

}  // namespace octet
