#include "converter/command/varying_inputs.h"

#include <algorithm>
#include <utility>

#include "converter/command/vary_option.h"
#include "converter/export/export_model.h"
#include "converter/quantize/grid_ranges.h"
#include "converter/quantize/quantizer.h"
#include "octet/session.h"

namespace octet::converter {
namespace {

constexpr char kRemedy[] =
    "; fix this size with --shape and leave it out of --vary, or export the "
    "model so that sizes follow from the input's (Resize by scales, Flatten "
    "instead of Reshape to numbers)";

using SourceShapes = std::map<std::string, Shape>;
using SourceRanges = std::map<std::string, std::vector<SizeRange>>;

void ForgetKernel(bool whole_height, bool whole_width, schema::Window2d& w) {
  w = schema::Window2d(
      whole_height ? 1 : w.kernel_h(), whole_width ? 1 : w.kernel_w(),
      w.stride_h(), w.stride_w(), w.dilation_h(), w.dilation_w(), w.pad_top(),
      w.pad_left(), w.pad_bottom(), w.pad_right());
}

// Without what the engine derives from the size.
schema::OperatorT WithoutSizes(schema::OperatorT op) {
  if (schema::MaxPool2dT* pool = op.options.AsMaxPool2d()) {
    ForgetKernel(pool->whole_height, pool->whole_width, *pool->window);
  }
  if (schema::AveragePool2dT* pool = op.options.AsAveragePool2d()) {
    ForgetKernel(pool->whole_height, pool->whole_width, *pool->window);
    if (pool->whole_height || pool->whole_width) {
      pool->counts.clear();
      pool->requantization = nullptr;
      pool->tflite_requantization = nullptr;
    }
  }
  return op;
}

std::vector<uint8_t> Bytes(const schema::OperatorT& given) {
  const schema::OperatorT op = WithoutSizes(given);
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Operator::Pack(builder, &op));
  return {builder.GetBufferPointer(),
          builder.GetBufferPointer() + builder.GetSize()};
}

bool SameConstant(const schema::ModelT& a, const schema::ModelT& b,
                  uint32_t index) {
  const schema::TensorT& left = *a.tensors[index];
  const schema::TensorT& right = *b.tensors[index];
  if (left.type != right.type || (left.buffer == 0) != (right.buffer == 0)) {
    return false;
  }
  return left.buffer == 0 ||
         (left.shape == right.shape &&
          a.buffers[left.buffer]->data == b.buffers[right.buffer]->data);
}

// Everything but the shapes of activations.
Status CompareModels(const schema::ModelT& base, const schema::ModelT& other) {
  const size_t count = std::min(base.operators.size(), other.operators.size());
  for (size_t i = 0; i < count; ++i) {
    const schema::OperatorT& op = *base.operators[i];
    bool same = Bytes(op) == Bytes(*other.operators[i]);
    for (size_t j = 0; same && j < op.inputs.size(); ++j) {
      same = SameConstant(base, other, op.inputs[j]);
    }
    if (same) continue;
    return Unsupported("operator '" + op.name + "' (" +
                       schema::EnumNameOperatorOptions(op.options.type) +
                       ") depends on the size, or a constant of it does" +
                       kRemedy);
  }
  if (base.operators.size() == other.operators.size() &&
      base.tensors.size() == other.tensors.size() &&
      base.inputs == other.inputs && base.outputs == other.outputs) {
    return OkStatus();
  }
  return Unsupported("the network has other operators" + std::string(kRemedy));
}

Shape ShapeOf(const schema::TensorT& tensor) {
  Shape shape;
  for (const int32_t size : tensor.shape) shape.dims[shape.rank++] = size;
  return shape;
}

std::vector<Shape> ShapesOf(const schema::ModelT& model,
                            const std::vector<uint32_t>& tensors) {
  std::vector<Shape> shapes;
  for (const uint32_t id : tensors)
    shapes.push_back(ShapeOf(*model.tensors[id]));
  return shapes;
}

std::string Text(const SourceShapes& shapes) {
  std::string text;
  for (const auto& [name, shape] : shapes) {
    text += (text.empty() ? "" : ", ") + name + " " + shape.ToString();
  }
  return text;
}

Status CheckRanges(const SourceShapes& shapes, const SourceRanges& ranges) {
  for (const auto& [name, sizes] : ranges) {
    const auto found = shapes.find(name);
    if (found == shapes.end()) {
      return InvalidArgument("--vary: there is no input '" + name + "'");
    }
    const Shape& shape = found->second;
    bool fits = sizes.size() == static_cast<size_t>(shape.rank);
    for (size_t axis = 0; fits && axis < sizes.size(); ++axis) {
      fits = sizes[axis].Contains(shape[static_cast<int>(axis)]);
    }
    if (fits) continue;
    return InvalidArgument("--vary: the shape of '" + name + "', " +
                           shape.ToString() +
                           ", must be one of its sizes; --shape sets it");
  }
  return OkStatus();
}

class Prover {
 public:
  Prover(schema::ModelT base, const SourceShapes& shapes,
         const ModelAtSize& make_model)
      : base_(std::move(base)), shapes_(shapes), make_model_(make_model) {}

  // Finds the dimensions in the file and collects what is to be tried.
  Status Collect(const SourceRanges& ranges) {
    SourceShapes least = shapes_;
    for (const auto& [name, sizes] : ranges) {
      for (size_t i = 0; i < sizes.size(); ++i) {
        const int axis = static_cast<int>(i);
        const SizeRange& range = sizes[i];
        if (!range.varies()) continue;
        const int32_t size = shapes_.at(name)[axis];
        const int32_t next =
            size < range.maximum ? size + range.step : size - range.step;
        OCTET_RETURN_IF_ERROR(Locate(WithSize(name, axis, next), range));
        for (const int32_t end : {range.minimum, range.maximum}) {
          if (end == size || end == next) continue;
          OCTET_RETURN_IF_ERROR(Import(WithSize(name, axis, end)));
        }
        least[name][axis] = range.minimum;
      }
    }
    return least == shapes_ ? OkStatus() : Import(least);
  }

  // Resizes the base to all that was imported.
  Result<VaryingInputs> Prove() {
    for (const schema::VaryingDimensionT& dimension : result_.dimensions) {
      base_.varying_dimensions.push_back(
          std::make_unique<schema::VaryingDimensionT>(dimension));
    }
    OCTET_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes,
                           ExportModel(std::move(base_), {}));
    OCTET_ASSIGN_OR_RETURN(auto model,
                           Model::FromMemory(bytes.data(), bytes.size()));
    OCTET_ASSIGN_OR_RETURN(
        const auto session,
        Session::Create(std::move(model), {.keep_intermediates = true}));
    for (const Imported& imported : imported_) {
      const Status status = ResizeAs(imported, *session);
      if (!status.ok()) return status.WithContext(imported.title);
      result_.trials.push_back({imported.inputs, imported.outputs});
    }
    return std::move(result_);
  }

 private:
  // Of a model at another size: its constants are those of the base.
  struct Imported {
    std::string title;
    std::vector<Shape> inputs, outputs;
    std::vector<std::unique_ptr<schema::OperatorT>> operators;
    std::vector<Shape> results;  // of the operators' first outputs
  };

  SourceShapes WithSize(const std::string& name, int axis, int32_t size) const {
    SourceShapes shapes = shapes_;
    shapes[name][axis] = size;
    return shapes;
  }

  Status Import(const SourceShapes& shapes) {
    Imported imported;
    imported.title = "--vary: with " + Text(shapes);
    Result<schema::ModelT> made = make_model_(shapes);
    if (!made.ok()) return made.status().WithContext(imported.title);
    schema::ModelT& model = *made;
    if (model.inputs.size() != base_.inputs.size()) {
      return Unsupported("the network has other inputs")
          .WithContext(imported.title);
    }
    OCTET_RETURN_IF_ERROR(
        CompareModels(base_, model).WithContext(imported.title));
    imported.inputs = ShapesOf(model, model.inputs);
    imported.outputs = ShapesOf(model, model.outputs);
    for (const auto& op : model.operators) {
      imported.results.push_back(ShapeOf(*model.tensors[op->outputs[0]]));
    }
    imported.operators = std::move(model.operators);
    imported_.push_back(std::move(imported));
    return OkStatus();
  }

  // The one dimension of the model's inputs that changed is the one that
  // varies.
  Status Locate(const SourceShapes& shapes, const SizeRange& range) {
    OCTET_RETURN_IF_ERROR(Import(shapes));
    const std::vector<Shape> base = ShapesOf(base_, base_.inputs);
    size_t found = 0;
    for (size_t input = 0; input < base.size(); ++input) {
      const Shape& before = base[input];
      const Shape& now = imported_.back().inputs[input];
      for (int axis = 0; axis < std::min(before.rank, now.rank); ++axis) {
        if (before[axis] == now[axis]) continue;
        schema::VaryingDimensionT dimension;
        dimension.input = static_cast<uint32_t>(input);
        dimension.axis = axis;
        dimension.minimum = range.minimum;
        dimension.maximum = range.maximum;
        dimension.step = range.step;
        result_.dimensions.push_back(dimension);
        ++found;
      }
    }
    if (found == 1) return OkStatus();
    return Unsupported("no single dimension of the converted inputs changes" +
                       std::string(kRemedy))
        .WithContext(imported_.back().title);
  }

  // Whether every activation of the resized session has the imported shape.
  static Status ResizeAs(const Imported& imported, Session& session) {
    OCTET_RETURN_IF_ERROR(session.Resize(imported.inputs));
    const std::vector<TensorInfo> tensors = session.Tensors();
    for (size_t i = 0; i < imported.operators.size(); ++i) {
      const schema::OperatorT& op = *imported.operators[i];
      const Shape& expected = imported.results[i];
      const Shape& found = tensors[imported.inputs.size() + i].shape;
      if (found == expected) continue;
      return Unsupported("operator '" + op.name + "' (" +
                         schema::EnumNameOperatorOptions(op.options.type) +
                         ") gives " + expected.ToString() +
                         ", which does not follow from its input's shape: "
                         "that would be " +
                         found.ToString() + kRemedy);
    }
    return OkStatus();
  }

  schema::ModelT base_;
  const SourceShapes& shapes_;
  const ModelAtSize& make_model_;
  std::vector<Imported> imported_;
  VaryingInputs result_;
};

}  // namespace

std::map<std::string, Shape> InputShapesByName(const Graph& graph) {
  std::map<std::string, Shape> shapes;
  for (const ValueId id : graph.inputs) {
    shapes[graph.value(id).name] = graph.value(id).shape;
  }
  return shapes;
}

Result<schema::ModelT> FloatModel(const Graph& graph) {
  QuantizeOptions options;
  options.precision.all_float = true;
  OCTET_ASSIGN_OR_RETURN(QuantizedModel quantized,
                         Quantize(graph, RangesOfGrids(graph), options));
  return std::move(quantized.model);
}

Result<VaryingInputs> FindVaryingInputs(
    schema::ModelT base, const std::map<std::string, Shape>& source_shapes,
    const std::vector<std::string>& vary, const ModelAtSize& make_model) {
  OCTET_ASSIGN_OR_RETURN(const SourceRanges ranges, ParseVary(vary));
  OCTET_RETURN_IF_ERROR(CheckRanges(source_shapes, ranges));
  Prover prover(std::move(base), source_shapes, make_model);
  OCTET_RETURN_IF_ERROR(prover.Collect(ranges));
  return prover.Prove();
}

Status CheckTrials(std::shared_ptr<const Model> model,
                   const VaryingInputs& varying) {
  if (varying.trials.empty()) return OkStatus();
  OCTET_ASSIGN_OR_RETURN(const auto session, Session::Create(std::move(model)));
  for (const SizeTrial& trial : varying.trials) {
    OCTET_RETURN_IF_ERROR(session->Resize(trial.inputs).WithContext("--vary"));
    const std::vector<TensorInfo> outputs = session->outputs();
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].shape == trial.outputs[i]) continue;
      return InternalError("--vary: output " + std::to_string(i) +
                           " has shape " + outputs[i].shape.ToString() +
                           " instead of " + trial.outputs[i].ToString());
    }
  }
  return OkStatus();
}

}  // namespace octet::converter
