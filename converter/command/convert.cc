#include "converter/command/convert.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "converter/command/budget.h"
#include "converter/command/calibrate_on_samples.h"
#include "converter/command/convert_quantized.h"
#include "converter/command/explain_report.h"
#include "converter/command/float_nodes_on_samples.h"
#include "converter/command/float_share.h"
#include "converter/command/metadata.h"
#include "converter/command/progress.h"
#include "converter/command/range_config.h"
#include "converter/command/read_model.h"
#include "converter/command/repair_on_samples.h"
#include "converter/command/report.h"
#include "converter/command/shape_option.h"
#include "converter/command/varying_inputs.h"
#include "converter/command/weight_grids.h"
#include "converter/evaluate/evaluate.h"
#include "converter/evaluate/sensitive_layers.h"
#include "converter/explain/histogram_report.h"
#include "converter/export/export_model.h"
#include "converter/passes/keep_grids.h"
#include "converter/passes/pass_list.h"
#include "converter/quantize/grid_ranges.h"
#include "converter/quantize/precision.h"
#include "converter/quantize/quantizer.h"
#include "converter/repair/absorb_biases.h"
#include "converter/repair/analytic_bias.h"
#include "converter/repair/equalize.h"
#include "engine/image/file.h"
#include "octet/model.h"

namespace octet::converter {
namespace {

// Simplifies `graph`; every node that stands in the way is listed.
Status Simplify(const ConvertOptions& options, Graph& graph) {
  OCTET_RETURN_IF_ERROR(RunPasses(graph).WithContext(options.model_path));
  // FP32 computes what the source does, rounding included.
  if (!options.precision.all_float) {
    OCTET_RETURN_IF_ERROR(KeepGrids(graph).WithContext(options.model_path));
  }
  if (options.verbose) std::fputs(ToString(graph).c_str(), stderr);
  return CheckPrecisionOptions(graph, options.precision);
}

// Whether there is nothing to calibrate: values have grids of their own, and no
// samples are given.
bool KeepsGrids(const ConvertOptions& options, const Graph& graph) {
  return !options.precision.all_float && options.calibrate_path.empty() &&
         !options.data_free && HasGrids(graph);
}

// Where such a network has no grid, it stays in FP32.
ConvertOptions WithoutCalibration(const ConvertOptions& options,
                                  const Graph& graph) {
  ConvertOptions result = options;
  result.precision.unranged_nodes = NodesWithoutGrids(graph);
  return result;
}

// What would change the numbers of a network that has grids.
Status CheckGrids(const ConvertOptions& options, const Graph& graph) {
  if (!HasGrids(graph)) return OkStatus();
  const RepairSet& repairs = options.repairs;
  if (!repairs.changes_graph() && !repairs.changes_layers() &&
      !repairs.analytic && !options.max_drop.has_value() &&
      !options.min_sqnr.has_value()) {
    return OkStatus();
  }
  return InvalidArgument(options.model_path +
                         ": the network is quantized already and keeps its "
                         "scales; leave out --repair, --max-drop and "
                         "--min-sqnr");
}

Result<QuantizeOptions> MakeQuantizeOptions(const Graph& graph,
                                            const ConvertOptions& options) {
  QuantizeOptions result;
  result.per_tensor = options.per_tensor;
  result.scheme = options.scheme;
  result.weights.grid = options.weight_grid;
  result.weights.method = options.weights_method;
  result.avx2_safe_weights = options.avx2_safe_weights;
  result.precision = options.precision;
  OCTET_ASSIGN_OR_RETURN(result.grid_of_layer, GridsOfLayers(graph, options));
  return result;
}

// Everything that becomes of a graph under one set of options.
struct Conversion {
  Graph graph;  // in FP32, equalized if that was wanted
  Ranges ranges;
  LayerRepairs repairs;
  QuantizedModel quantized;
  std::vector<uint8_t> bytes;  // of the file
  HistogramReport histograms;  // where a file or a report wants them
  std::shared_ptr<const Model> model;
  // Of the islands in FP32; none where there are no islands or nothing else.
  std::optional<double> float_share;
};

// From the graph and its ranges on.
Status RepairAndQuantize(const SampleSource& samples,
                         const ConvertOptions& options,
                         Conversion& conversion) {
  const Graph& graph = conversion.graph;
  const Ranges& ranges = conversion.ranges;
  LayerRepairs& repairs = conversion.repairs;
  OCTET_ASSIGN_OR_RETURN(QuantizeOptions quantize,
                         MakeQuantizeOptions(graph, options));
  if (options.repairs.changes_layers()) {
    OCTET_ASSIGN_OR_RETURN(
        repairs, RepairOnSamples(graph, ranges, quantize, samples, options));
    quantize.repairs = &repairs;
  }
  if (options.repairs.analytic && !options.repairs.changes_layers()) {
    OCTET_ASSIGN_OR_RETURN(
        repairs, CorrectBiasesAnalytically(graph, ranges, quantize,
                                           samples.size(), InputsOf(samples),
                                           {.threads = options.num_threads}));
    quantize.repairs = &repairs;
  }
  OCTET_ASSIGN_OR_RETURN(conversion.quantized,
                         Quantize(graph, ranges, quantize));
  return OkStatus();
}

// `original`: the graph before ConvertGraph.
Result<Evaluation> EvaluateOn(const SampleSource& samples,
                              const Graph& original,
                              const Conversion& conversion,
                              const ConvertOptions& options) {
  Progress progress("evaluating");
  return Evaluate(
      conversion.graph, conversion.quantized, conversion.model, samples,
      {.num_threads = options.num_threads,
       .background_class = options.background_class,
       .original = options.repairs.changes_graph() ? &original : nullptr},
      [&](size_t done, size_t total) { progress.Update(done, total); });
}

Status Report(const ConvertOptions& options, const Conversion& conversion,
              const Evaluation& evaluation) {
  std::fputs(FormatEvaluation(evaluation, options.worst_layers).c_str(),
             stdout);
  // `explain` writes its own figures there.
  if (options.json_path.empty() || options.explain) return OkStatus();
  const std::string json =
      EvaluationToJson(conversion.graph.name, evaluation,
                       conversion.quantized.report, conversion.float_share);
  return WriteFileAtomically(
      options.json_path,
      {reinterpret_cast<const uint8_t*>(json.data()), json.size()});
}

// What makes a pixel of 0 ... 255 the value of a record's byte.
PreprocessingInfo PixelsAsRecords(const RecordLayout& layout) {
  const int byte_of_0 = layout.is_signed ? -128 : 0;
  PreprocessingInfo info;
  info.mean = {static_cast<float>(layout.zero_point - byte_of_0)};
  info.std = {static_cast<float>(1.0 / layout.scale)};
  return info;
}

// Null where the whole network stays in FP32 or keeps its grids: nothing is
// calibrated then.
Result<std::unique_ptr<SampleSource>> OpenCalibration(
    const ConvertOptions& options, const Graph& graph) {
  if (options.precision.all_float || KeepsGrids(options, graph)) {
    return std::unique_ptr<SampleSource>();
  }
  SampleOptions sample_options = options.samples;
  sample_options.path = options.calibrate_path;
  sample_options.limit = options.calibrate_limit;
  if (options.data_free) {
    // Pictures of the values that the records have.
    if (sample_options.format == SampleFormat::kRecords) {
      sample_options.preprocessing = PixelsAsRecords(sample_options.records);
    }
    sample_options.format = SampleFormat::kSynthetic;
  }
  return OpenSamples(sample_options, InputSpecs(graph));
}

Result<std::unique_ptr<SampleSource>> OpenEvaluation(
    const ConvertOptions& options, const Graph& graph) {
  SampleOptions sample_options = options.samples;
  sample_options.path = options.evaluate_path;
  sample_options.labels_path = options.labels_path;
  sample_options.limit = options.evaluate_limit;
  return OpenSamples(sample_options, InputSpecs(graph));
}

// Changes the graph where that was wanted, and finds its ranges.
Status CalibrateGraph(const SampleSource& samples,
                      const ConvertOptions& options, Conversion& conversion) {
  Graph& graph = conversion.graph;
  if (options.repairs.equalize) {
    OCTET_ASSIGN_OR_RETURN(const int equalized,
                           Equalize(graph, samples.size(), InputsOf(samples),
                                    {.per_tensor = options.per_tensor,
                                     .threads = options.num_threads}));
    std::fprintf(stderr, "equalized the outputs of %d layers\n", equalized);
  }
  if (options.repairs.absorption) {
    OCTET_ASSIGN_OR_RETURN(
        const int absorbed,
        AbsorbBiases(graph, samples.size(), InputsOf(samples),
                     {.threads = options.num_threads}));
    std::fprintf(stderr, "absorbed the biases of %d channels\n", absorbed);
  }
  OCTET_ASSIGN_OR_RETURN(const QuantizeOptions quantize,
                         MakeQuantizeOptions(graph, options));
  OCTET_ASSIGN_OR_RETURN(conversion.ranges,
                         CalibrateOnSamples(graph, samples, quantize, options,
                                            conversion.histograms));
  return OkStatus();
}

// From the quantized network to the file and the model. `samples` may be null.
Status FinishConversion(const SampleSource* samples,
                        const ConvertOptions& options, Conversion& result) {
  OCTET_ASSIGN_OR_RETURN(const ModelMetadata metadata,
                         MakeMetadata(options, result.graph, samples));
  for (const schema::VaryingDimensionT& varying : options.varying.dimensions) {
    result.quantized.model.varying_dimensions.push_back(
        std::make_unique<schema::VaryingDimensionT>(varying));
  }
  OCTET_ASSIGN_OR_RETURN(result.bytes,
                         ExportModel(result.quantized.model, metadata));
  Result<std::shared_ptr<const Model>> model =
      Model::FromMemory(result.bytes.data(), result.bytes.size());
  if (!model.ok()) {
    return InternalError("the engine refuses the converted model: " +
                         model.status().message());
  }
  result.model = *std::move(model);
  return CheckTrials(result.model, options.varying);
}

// `samples` may be null where nothing is calibrated.
// `recorded` of the options goes into the file.
Result<Conversion> ConvertGraph(const Graph& graph, const SampleSource* samples,
                                const ConvertOptions& given) {
  ConvertOptions options = given;
  Conversion result;
  result.graph = graph;
  if (samples == nullptr) {
    OCTET_ASSIGN_OR_RETURN(const QuantizeOptions quantize,
                           MakeQuantizeOptions(graph, options));
    OCTET_ASSIGN_OR_RETURN(
        result.quantized,
        Quantize(result.graph, RangesOfGrids(result.graph), quantize));
  } else {
    OCTET_RETURN_IF_ERROR(CalibrateGraph(*samples, given, result));
    OCTET_ASSIGN_OR_RETURN(const QuantizeOptions quantize,
                           MakeQuantizeOptions(result.graph, given));
    OCTET_ASSIGN_OR_RETURN(options, KeepCostlyNodes(result.graph, result.ranges,
                                                    quantize, *samples, given));
    OCTET_RETURN_IF_ERROR(RepairAndQuantize(*samples, options, result));
  }
  OCTET_RETURN_IF_ERROR(FinishConversion(samples, options, result));
  return result;
}

// `options` with the configuration of `rung`, recorded as if it had been given.
ConvertOptions WithRung(const ConvertOptions& options, const Rung& rung) {
  ConvertOptions result = options;
  result.method = rung.method;
  result.repairs = rung.repairs;
  std::erase_if(result.recorded, [](const std::string& line) {
    return line.starts_with("method=") || line.starts_with("repair=");
  });
  result.recorded.push_back("method=" + rung.method);
  result.recorded.push_back("repair=" + ToString(rung.repairs));
  return WithFloatNodes(result, rung.float_nodes);
}

struct Evaluated {
  Conversion conversion;
  Evaluation evaluation;
};

// Evaluates result.conversion, which `rung` made, and prints its figures;
// whether they fit the budget.
Result<bool> EvaluateRung(const Rung& rung, const SampleSource& samples,
                          const Graph& graph, const ConvertOptions& options,
                          Evaluated& result) {
  OCTET_ASSIGN_OR_RETURN(
      result.evaluation,
      EvaluateOn(samples, graph, result.conversion, options));
  OCTET_ASSIGN_OR_RETURN(const bool fits,
                         FitsBudget(result.evaluation, *options.max_drop));
  std::printf("%s%s\n", FormatRung(rung, result.evaluation).c_str(),
              fits ? ": fits" : "");
  std::fflush(stdout);
  return fits;
}

// By their names, the most sensitive first.
Result<std::vector<std::string>> FindSensitiveLayers(
    const Conversion& conversion, const SampleSource& calibration,
    const ConvertOptions& options) {
  OCTET_ASSIGN_OR_RETURN(QuantizeOptions quantize,
                         MakeQuantizeOptions(conversion.graph, options));
  quantize.repairs = &conversion.repairs;
  Progress progress("ranking layers", "layers");
  OCTET_ASSIGN_OR_RETURN(
      const std::vector<SensitiveLayer> layers,
      RankLayers(
          conversion.graph, conversion.ranges, quantize, calibration.size(),
          InputsOf(calibration), {.num_threads = options.num_threads},
          [&](size_t done, size_t total) { progress.Update(done, total); }));
  std::vector<std::string> names;
  for (const SensitiveLayer& layer : layers) names.push_back(layer.node);
  return names;
}

// The first rung of the ladder that fits the budget; behind the last one, more
// and more layers in FP32, with the ranges of that rung.
Result<Evaluated> ClimbLadder(const Graph& graph,
                              const SampleSource& calibration,
                              const SampleSource& samples,
                              const ConvertOptions& options) {
  Evaluated result;
  Rung rung;
  for (const Rung& next : BudgetLadder({options.method, options.repairs},
                                       options.method_is_chosen)) {
    rung = next;
    const ConvertOptions rung_options = WithRung(options, rung);
    OCTET_ASSIGN_OR_RETURN(result.conversion,
                           ConvertGraph(graph, &calibration, rung_options));
    OCTET_ASSIGN_OR_RETURN(const bool fits, EvaluateRung(rung, samples, graph,
                                                         rung_options, result));
    if (fits) return result;
  }
  const std::string culprits = NameCulprits(result.evaluation, /*count=*/5);
  OCTET_ASSIGN_OR_RETURN(const std::vector<std::string> layers,
                         FindSensitiveLayers(result.conversion, calibration,
                                             WithRung(options, rung)));
  for (const size_t count : FloatRungs(layers.size())) {
    rung.float_nodes.assign(layers.begin(),
                            layers.begin() + std::ptrdiff_t(count));
    const ConvertOptions rung_options = WithRung(options, rung);
    OCTET_RETURN_IF_ERROR(
        RepairAndQuantize(calibration, rung_options, result.conversion));
    OCTET_RETURN_IF_ERROR(
        FinishConversion(&calibration, rung_options, result.conversion));
    OCTET_ASSIGN_OR_RETURN(const bool fits, EvaluateRung(rung, samples, graph,
                                                         rung_options, result));
    if (fits) return result;
  }
  return Unsupported(
      "no configuration stays within --max-drop, with the most sensitive "
      "quarter of the layers in FP32, either; the worst layers in INT8, with "
      "all before them: " +
      culprits);
}

// The same conversion with all weights as they are, beside `safe`.
Status PrintCostOfSafeWeights(const Graph& graph,
                              const SampleSource& calibration,
                              const SampleSource& samples,
                              const ConvertOptions& options,
                              const Evaluation& safe) {
  ConvertOptions plain = options;
  plain.avx2_safe_weights = false;
  plain.histograms_path.clear();
  plain.report_path.clear();
  OCTET_ASSIGN_OR_RETURN(const Conversion conversion,
                         ConvertGraph(graph, &calibration, plain));
  OCTET_ASSIGN_OR_RETURN(const Evaluation figures,
                         EvaluateOn(samples, graph, conversion, plain));
  std::printf("%s", FormatCostOfSafeWeights(figures, safe).c_str());
  return OkStatus();
}

// The .octet file, unless the command only explains.
Status WriteModel(const ConvertOptions& options, const Conversion& conversion) {
  if (!options.explain) {
    OCTET_RETURN_IF_ERROR(
        WriteFileAtomically(options.output_path, conversion.bytes));
  }
  std::error_code error;
  const auto source = std::filesystem::file_size(options.model_path, error);
  std::printf("%s: %zu bytes",
              options.explain ? "INT8" : options.output_path.c_str(),
              conversion.bytes.size());
  if (!error) std::printf(" (the source has %ju)", uintmax_t{source});
  std::printf("\n%s", FormatQuantization(conversion.quantized.report,
                                         conversion.float_share)
                          .c_str());
  return OkStatus();
}

// What is asked for beside the file; `figures` may be null.
Status ReportOn(const ConvertOptions& options, const Conversion& conversion,
                const SampleSource& calibration, const SampleSource* evaluation,
                const Evaluation* figures) {
  if (figures != nullptr) {
    OCTET_RETURN_IF_ERROR(Report(options, conversion, *figures));
  }
  if (options.report_path.empty()) return OkStatus();
  return WriteReport({conversion.graph, conversion.quantized, conversion.model,
                      conversion.bytes.size(), conversion.histograms,
                      calibration, evaluation, figures},
                     options);
}

// The source with other shapes of its inputs, simplified.
Result<Graph> ImportAtSize(ConvertOptions options,
                           const std::map<std::string, Shape>& shapes) {
  options.shapes = ShapeTexts(shapes);
  options.verbose = false;
  OCTET_ASSIGN_OR_RETURN(TfliteImport source,
                         ReadSourceModel(options.model_path, options.shapes));
  OCTET_RETURN_IF_ERROR(Simplify(options, source.graph));
  return std::move(source.graph);
}

Result<VaryingInputs> FindVarying(
    const ConvertOptions& options, const Graph& graph,
    const std::map<std::string, Shape>& source_shapes) {
  if (options.vary.empty()) return VaryingInputs();
  OCTET_ASSIGN_OR_RETURN(schema::ModelT base, FloatModel(graph));
  return FindVaryingInputs(std::move(base), source_shapes, options.vary,
                           [&](const auto& shapes) -> Result<schema::ModelT> {
                             OCTET_ASSIGN_OR_RETURN(
                                 const Graph other,
                                 ImportAtSize(options, shapes));
                             return FloatModel(other);
                           });
}

Status CheckTensorRules(const Graph& graph, const ConvertOptions& options) {
  if (options.config_path.empty()) return OkStatus();
  OCTET_ASSIGN_OR_RETURN(const RangeConfig config,
                         ReadRangeConfig(options.config_path));
  return CheckTensors(graph, config, options.config_path);
}

Status CheckOutputs(const ConvertOptions& options) {
  for (const std::string* path :
       {&options.output_path, &options.json_path, &options.report_path,
        &options.histograms_path}) {
    if (!path->empty()) OCTET_RETURN_IF_ERROR(CheckCanWrite(*path));
  }
  return OkStatus();
}

// What follows the passes. `options` say what is in FP32.
Status ConvertSimplified(const ConvertOptions& options, const Graph& graph) {
  // Everything that can be wrong with the options and the samples is found
  // before the work begins.
  OCTET_RETURN_IF_ERROR(MakeQuantizeOptions(graph, options).status());
  OCTET_RETURN_IF_ERROR(CheckTensorRules(graph, options));
  OCTET_RETURN_IF_ERROR(CheckOutputs(options));
  OCTET_ASSIGN_OR_RETURN(const std::unique_ptr<SampleSource> calibration,
                         OpenCalibration(options, graph));
  std::unique_ptr<SampleSource> evaluation;
  if (!options.evaluate_path.empty()) {
    OCTET_ASSIGN_OR_RETURN(evaluation, OpenEvaluation(options, graph));
  }
  OCTET_RETURN_IF_ERROR(
      MakeMetadata(options, graph, calibration.get()).status());

  if (options.max_drop.has_value()) {
    OCTET_ASSIGN_OR_RETURN(
        Evaluated best, ClimbLadder(graph, *calibration, *evaluation, options));
    OCTET_ASSIGN_OR_RETURN(
        best.conversion.float_share,
        FloatShareOf(best.conversion.graph, best.conversion.quantized,
                     best.conversion.model, calibration.get(),
                     options.num_threads));
    OCTET_RETURN_IF_ERROR(WriteModel(options, best.conversion));
    return ReportOn(options, best.conversion, *calibration, evaluation.get(),
                    &best.evaluation);
  }
  OCTET_ASSIGN_OR_RETURN(Conversion conversion,
                         ConvertGraph(graph, calibration.get(), options));
  OCTET_ASSIGN_OR_RETURN(
      conversion.float_share,
      FloatShareOf(conversion.graph, conversion.quantized, conversion.model,
                   calibration.get(), options.num_threads));
  OCTET_RETURN_IF_ERROR(WriteModel(options, conversion));
  if (calibration == nullptr) {
    if (evaluation == nullptr) return OkStatus();
    OCTET_ASSIGN_OR_RETURN(const Evaluation figures,
                           EvaluateOn(*evaluation, graph, conversion, options));
    return Report(options, conversion, figures);
  }
  if (evaluation == nullptr) {
    return ReportOn(options, conversion, *calibration, nullptr, nullptr);
  }
  OCTET_ASSIGN_OR_RETURN(const Evaluation figures,
                         EvaluateOn(*evaluation, graph, conversion, options));
  OCTET_RETURN_IF_ERROR(
      ReportOn(options, conversion, *calibration, evaluation.get(), &figures));
  if (!options.avx2_safe_weights) return OkStatus();
  return PrintCostOfSafeWeights(graph, *calibration, *evaluation, options,
                                figures);
}

}  // namespace

Status Convert(const ConvertOptions& given) {
  if (!given.json_path.empty() && given.evaluate_path.empty() &&
      !given.explain) {
    return InvalidArgument("--json writes an evaluation: add --evaluate");
  }
  if (!given.labels_path.empty() && given.evaluate_path.empty()) {
    return InvalidArgument(
        "--labels are those of an evaluation: add --evaluate");
  }
  if (given.max_drop.has_value() && given.evaluate_path.empty()) {
    return InvalidArgument("--max-drop needs samples: add --evaluate");
  }
  if (given.precision.all_float &&
      (given.max_drop.has_value() || given.min_sqnr.has_value())) {
    return InvalidArgument(
        std::string(given.max_drop.has_value() ? "--max-drop" : "--min-sqnr") +
        " says what INT8 may lose: --precision float32 loses nothing");
  }
  OCTET_ASSIGN_OR_RETURN(TfliteImport source,
                         ReadSourceModel(given.model_path, given.shapes));
  if (source.is_quantized && given.explain) {
    return InvalidArgument(given.model_path +
                           ": the network is quantized already; there is no "
                           "FP32 network to compare it with");
  }
  if (source.is_quantized) return ConvertQuantized(given, std::move(source));
  Graph& graph = source.graph;
  const std::map<std::string, Shape> source_shapes = InputShapesByName(graph);
  OCTET_RETURN_IF_ERROR(Simplify(given, graph));
  OCTET_RETURN_IF_ERROR(CheckGrids(given, graph));
  ConvertOptions options = given;
  OCTET_ASSIGN_OR_RETURN(options.varying,
                         FindVarying(given, graph, source_shapes));
  if (KeepsGrids(options, graph)) {
    return ConvertSimplified(WithoutCalibration(options, graph), graph);
  }
  if (options.calibrate_path.empty() && !options.data_free &&
      !options.precision.all_float) {
    return InvalidArgument(
        "calibration needs samples: add --calibrate, or --data-free");
  }
  return ConvertSimplified(options, graph);
}

}  // namespace octet::converter
