#include "bench/layer_runner.h"

#include <algorithm>
#include <random>

#include "kernels/pack.h"

namespace octet::bench {
namespace {

size_t PaddedWidth(const LayerShape& shape) {
  return shape.w + 2 * (shape.kernel / 2);
}

size_t PaddedHeight(const LayerShape& shape) {
  return shape.h + 2 * (shape.kernel / 2);
}

// Weights with a shift that spreads the outputs over int8.
struct RandomWeights {
  std::vector<int8_t> weights;
  std::vector<int32_t> bias;
  std::vector<int16_t> multiplier;
  std::vector<int8_t> shift;

  RandomWeights(size_t n, size_t k, WeightValues values)
      : weights(n * k), bias(n, 0), multiplier(n, 20000), shift(n, 0) {
    const double limit = values == WeightValues::kSmall ? 32 : 127;
    std::minstd_rand random(1);
    std::normal_distribution<double> normal(0, 32);
    for (int8_t& weight : weights) {
      weight = static_cast<int8_t>(std::clamp(normal(random), -limit, limit));
    }
    int8_t bits = 3;
    for (size_t terms = k; terms > 1; terms /= 4) ++bits;
    std::fill(shift.begin(), shift.end(), bits);
  }

  LayerWeights View(size_t n, size_t k) const {
    return {.n = n,
            .weights = weights.data(),
            .channel_stride = k,
            .bias = bias.data(),
            .multiplier = multiplier.data(),
            .shift = shift.data(),
            .per_channel = true,
            .input_zero_point = 3,
            .weight_zero_point = 0};
  }
};

class GemmRunner : public LayerRunner {
 public:
  GemmRunner(const LayerShape& shape, const KernelTable* table,
             WeightValues values)
      : LayerRunner(shape, table),
        weights_(shape.out_c, shape.k(), values),
        // A 1x1 convolution of stride 1 is one long row of pixels.
        flat_(shape.kernel == 1 && shape.stride == 1),
        rows_(flat_ ? 1 : shape.out_h()),
        pixels_(flat_ ? shape.out_h() * shape.out_w() : shape.out_w()),
        run_length_(shape.kernel * shape.c),
        kernel_(Select()),
        extra_steps_(CountExtraSteps(kernel_->descriptor, View(), shape.kernel,
                                     run_length_)
                         .most),
        packed_(PackedGemmBytes(kernel_->descriptor, shape.out_c, shape.kernel,
                                run_length_, extra_steps_)),
        workspace_(
            GemmWorkspaceBytes(kernel_->descriptor, shape.kernel, run_length_)),
        runs_(shape.kernel) {
    PackGemm(kernel_->descriptor, set_.form, View(), shape.kernel, run_length_,
             extra_steps_, packed_.data());
  }

  void Run() override {
    for (size_t y = 0; y < rows_; ++y) RunRow(y);
  }

 private:
  LayerWeights View() const { return weights_.View(shape_.out_c, shape_.k()); }

  const GemmKernel* Select() {
    const char* isa = nullptr;
    const LayerWeights weights = View();
    const GemmKernel* kernel =
        SelectGemm(set_, {pixels_, shape_.out_c, shape_.kernel, run_length_},
                   &weights, &isa);
    kernel_name_ = std::string(isa) + " " + kernel->descriptor.name;
    return kernel;
  }

  void RunRow(size_t y) {
    const size_t pixel_stride = shape_.stride * shape_.c;
    GemmArgs args = {};
    args.n = shape_.out_c;
    args.num_runs = shape_.kernel;
    args.run_length = run_length_;
    args.runs = runs_.data();
    args.packed_weights = packed_.data();
    args.panel_bytes = GemmPanelBytes(kernel_->descriptor, shape_.kernel,
                                      run_length_, extra_steps_);
    args.output_stride = static_cast<ptrdiff_t>(shape_.out_c);
    args.workspace = workspace_.data();
    args.form = set_.form;
    for (size_t x = 0; x < pixels_; x += MaxPixelsOfCall(kernel_->descriptor)) {
      args.m = std::min(MaxPixelsOfCall(kernel_->descriptor), pixels_ - x);
      for (size_t ky = 0; ky < shape_.kernel; ++ky) {
        runs_[ky].base = input_.data() + (y * shape_.stride + ky) * row_bytes_ +
                         x * pixel_stride;
        runs_[ky].pixel_stride = static_cast<ptrdiff_t>(pixel_stride);
      }
      args.output = output_.data() + (y * pixels_ + x) * shape_.out_c;
      kernel_->run(args);
    }
  }

  const RandomWeights weights_;
  const bool flat_;
  const size_t rows_;
  const size_t pixels_;  // a row
  const size_t run_length_;
  const GemmKernel* const kernel_;
  const size_t extra_steps_;
  AlignedBytes packed_;
  AlignedBytes workspace_;
  std::vector<GemmRun> runs_;
};

class DepthwiseRunner : public LayerRunner {
 public:
  DepthwiseRunner(const LayerShape& shape, const KernelTable* table)
      : LayerRunner(shape, table),
        kernel_(Select()),
        packed_(
            PackedDepthwiseConvBytes(kernel_->descriptor, shape.c, shape.k())) {
    const RandomWeights weights(shape.c, shape.k(), WeightValues::kNormal);
    PackDepthwiseConv(kernel_->descriptor, set_.form,
                      weights.View(shape.c, shape.k()), shape.k(),
                      packed_.data());
    for (size_t y = 0; y < PaddedHeight(shape); ++y) {
      rows_.push_back(input_.data() + y * row_bytes_);
    }
  }

  void Run() override {
    DepthwiseConvArgs args = {};
    args.channels = shape_.c;
    args.output_width = shape_.out_w();
    args.kernel_h = args.kernel_w = shape_.kernel;
    args.stride_h = args.stride_w = shape_.stride;
    args.dilation_h = args.dilation_w = 1;
    args.pixel_stride = static_cast<ptrdiff_t>(shape_.c);
    args.input_columns = PaddedWidth(shape_);
    args.packed_weights = packed_.data();
    args.panel_bytes = DepthwiseConvPanelBytes(kernel_->descriptor, shape_.k());
    args.output_pixel_stride = static_cast<ptrdiff_t>(shape_.c);
    const size_t row_bytes = shape_.out_w() * shape_.c;
    args.output_row_stride = static_cast<ptrdiff_t>(row_bytes);
    args.form = set_.form;
    for (size_t y = 0; y < shape_.out_h(); y += kernel_->descriptor.max_rows) {
      args.output_rows =
          std::min(kernel_->descriptor.max_rows, shape_.out_h() - y);
      args.input_rows = rows_.data() + y * shape_.stride;
      args.output = output_.data() + y * row_bytes;
      kernel_->run(args);
    }
  }

 private:
  const DepthwiseConvKernel* Select() {
    const char* isa = nullptr;
    const DepthwiseConvKernel* kernel = SelectDepthwiseConv(
        set_,
        {shape_.kernel, shape_.kernel, shape_.stride, shape_.stride, 1, 1},
        &isa);
    kernel_name_ = std::string(isa) + " " + kernel->descriptor.name;
    return kernel;
  }

  const DepthwiseConvKernel* const kernel_;
  AlignedBytes packed_;
  std::vector<const void*> rows_;
};

// The work of a whole layer, as tiles of one part.
class WinogradRunner : public LayerRunner {
 public:
  static const WinogradConvKernel* Select(const LayerShape& shape,
                                          const KernelTable* table,
                                          WeightValues values,
                                          const char** isa) {
    if (shape.kind != LayerKind::kConv || shape.kernel != 3 ||
        shape.stride != 1) {
      return nullptr;
    }
    const RandomWeights weights(shape.out_c, shape.k(), values);
    return SelectWinogradConv(
        ResolveKernels(table),
        {shape.h * shape.w, NumTiles(shape), shape.c, shape.out_c},
        weights.View(shape.out_c, shape.k()), isa);
  }

  WinogradRunner(const LayerShape& shape, const KernelTable* table,
                 WeightValues values)
      : LayerRunner(shape, table),
        kernel_(Select(values)),
        packed_(
            PackedWinogradConvBytes(kernel_->descriptor, shape.out_c, shape.c)),
        workspace_(WinogradConvWorkspaceBytes(kernel_->descriptor, shape.c,
                                              kernel_->descriptor.max_tiles)) {
    const RandomWeights weights(shape.out_c, shape.k(), values);
    PackWinogradConv(kernel_->descriptor, set_.form,
                     weights.View(shape.out_c, shape.k()), shape.c,
                     packed_.data());
    for (size_t y = 0; y < shape.h; y += 2) {
      for (size_t x = 0; x < shape.w; x += 2) tiles_.push_back(TileAt(y, x));
    }
  }

  void Run() override {
    WinogradConvArgs args = {};
    args.c = shape_.c;
    args.n = shape_.out_c;
    args.packed_weights = packed_.data();
    args.panel_bytes = WinogradConvPanelBytes(kernel_->descriptor, shape_.c);
    args.output_row_stride = static_cast<ptrdiff_t>(shape_.w * shape_.out_c);
    args.output_pixel_stride = static_cast<ptrdiff_t>(shape_.out_c);
    args.workspace = workspace_.data();
    args.form = set_.form;
    const size_t most = kernel_->descriptor.max_tiles;
    for (size_t i = 0; i < tiles_.size(); i += most) {
      args.tiles = tiles_.data() + i;
      args.num_tiles = std::min(most, tiles_.size() - i);
      kernel_->run(args);
    }
  }

 private:
  static size_t NumTiles(const LayerShape& shape) {
    return (shape.h + 1) / 2 * ((shape.w + 1) / 2);
  }

  const WinogradConvKernel* Select(WeightValues values) {
    const char* isa = nullptr;
    const WinogradConvKernel* kernel =
        Select(shape_, set_.leading, values, &isa);
    kernel_name_ = std::string(isa) + " winograd " + kernel->descriptor.name;
    return kernel;
  }

  // The tile whose upper left output pixel is (y, x). Cells behind the padded
  // picture, which no existing pixel reads, are its last ones.
  WinogradTile TileAt(size_t y, size_t x) {
    WinogradTile tile;
    for (size_t cell = 0; cell < kWinogradPositions; ++cell) {
      const size_t row = std::min(y + cell / 4, PaddedHeight(shape_) - 1);
      const size_t column = std::min(x + cell % 4, PaddedWidth(shape_) - 1);
      tile.cells[cell] = input_.data() + row * row_bytes_ + column * shape_.c;
    }
    tile.output = output_.data() + (y * shape_.w + x) * shape_.out_c;
    tile.output_rows = static_cast<uint8_t>(std::min<size_t>(2, shape_.h - y));
    tile.output_columns =
        static_cast<uint8_t>(std::min<size_t>(2, shape_.w - x));
    return tile;
  }

  const WinogradConvKernel* const kernel_;
  AlignedBytes packed_;
  AlignedBytes workspace_;
  std::vector<WinogradTile> tiles_;
};

}  // namespace

AlignedBytes::AlignedBytes(size_t size) : storage_(size + 64 + kOverreadBytes) {
  const uintptr_t begin = reinterpret_cast<uintptr_t>(storage_.data());
  data_ = storage_.data() + (64 - begin % 64) % 64;
}

LayerRunner::LayerRunner(const LayerShape& shape, const KernelTable* table)
    : shape_(shape),
      set_(ResolveKernels(table)),
      row_bytes_(PaddedWidth(shape) * shape.c),
      input_(PaddedHeight(shape) * row_bytes_),
      output_(shape.out_h() * shape.out_w() * shape.out_c) {
  std::minstd_rand random(2);
  for (size_t i = 0; i < PaddedHeight(shape) * row_bytes_; ++i) {
    input_.data()[i] = static_cast<uint8_t>(random() >> 8);
  }
}

std::unique_ptr<LayerRunner> LayerRunner::Create(const LayerShape& shape,
                                                 const KernelTable* table,
                                                 WeightValues values) {
  if (shape.kind == LayerKind::kDepthwise) {
    return std::make_unique<DepthwiseRunner>(shape, table);
  }
  if (WinogradRunner::Select(shape, table, values, nullptr) != nullptr) {
    return std::make_unique<WinogradRunner>(shape, table, values);
  }
  return std::make_unique<GemmRunner>(shape, table, values);
}

}  // namespace octet::bench
