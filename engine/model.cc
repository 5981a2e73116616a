#include "octet/model.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "engine/model_contents.h"
#include "engine/operators/registry.h"

namespace octet {
namespace {

// The file's numbers are read in place.
static_assert(std::endian::native == std::endian::little);

// What FromMemory asks of the bytes; mapped files have more.
constexpr size_t kDataAlignment = 16;

Status Verify(const uint8_t* data, size_t size, Model::Contents* contents) {
  OCTET_ASSIGN_OR_RETURN(const schema::Model* model,
                         VerifyStructure(data, size));
  OCTET_ASSIGN_OR_RETURN(contents->network, VerifyNetwork(*model, data, size));
  OCTET_ASSIGN_OR_RETURN(contents->metadata,
                         VerifyMetadata(*model, contents->network, size));
  const Network& network = contents->network;
  contents->inputs = InfosOf(network, network.inputs);
  contents->outputs = InfosOf(network, network.outputs);
  return OkStatus();
}

}  // namespace

Result<std::shared_ptr<const Model>> Model::Load(const std::string& path) {
  auto contents = std::make_unique<Contents>();
  Result<MappedFile> file = MappedFile::Open(path);
  if (!file.ok()) return file.status().WithContext(path);
  contents->file = *std::move(file);
  OCTET_RETURN_IF_ERROR(
      Verify(contents->file.data(), contents->file.size(), contents.get())
          .WithContext(path));
  return std::shared_ptr<const Model>(new Model(std::move(contents)));
}

Result<std::shared_ptr<const Model>> Model::FromMemory(const void* data,
                                                       size_t size) {
  if (data == nullptr || size == 0) {
    return InvalidArgument("there are no bytes to read a model from");
  }
  auto contents = std::make_unique<Contents>();
  const uint8_t* bytes = static_cast<const uint8_t*>(data);
  if (reinterpret_cast<uintptr_t>(bytes) % kDataAlignment != 0) {
    const size_t rounded = (size + kDataAlignment - 1) / kDataAlignment;
    contents->copy.reset(static_cast<uint8_t*>(
        std::aligned_alloc(kDataAlignment, rounded * kDataAlignment)));
    if (contents->copy == nullptr) {
      return ResourceExhausted("there is no memory for a copy of the model");
    }
    std::memcpy(contents->copy.get(), bytes, size);
    bytes = contents->copy.get();
  }
  OCTET_RETURN_IF_ERROR(Verify(bytes, size, contents.get()));
  return std::shared_ptr<const Model>(new Model(std::move(contents)));
}

Model::Model(std::unique_ptr<Contents> contents)
    : contents_(std::move(contents)) {}
Model::~Model() = default;

const std::string& Model::name() const { return contents_->metadata.name; }
const std::vector<TensorInfo>& Model::inputs() const {
  return contents_->inputs;
}
const std::vector<TensorInfo>& Model::outputs() const {
  return contents_->outputs;
}
const std::vector<VaryingDimension>& Model::varying_dimensions() const {
  return contents_->network.varying_dimensions;
}
const std::vector<PreprocessingInfo>& Model::preprocessing() const {
  return contents_->metadata.preprocessing;
}
const std::vector<HeadInfo>& Model::heads() const {
  return contents_->metadata.heads;
}

const std::vector<std::string>& Model::labels() const {
  return contents_->metadata.labels;
}
const ProvenanceInfo& Model::provenance() const {
  return contents_->metadata.provenance;
}

std::vector<StoredWeights> Model::stored_weights() const {
  const Network& network = contents_->network;
  std::vector<StoredWeights> rows;
  std::vector<bool> counted(network.tensors.size());
  for (const Node& node : network.nodes) {
    if (!TakesPackedWeights(node.type)) continue;
    const Tensor& weights = network.input(node, 1);
    if (weights.type != schema::DataType::INT8) continue;
    const std::string name =
        weights.codes == nullptr ? "int8" : weights.codes->name;
    auto row = std::find_if(
        rows.begin(), rows.end(),
        [&](const StoredWeights& entry) { return entry.encoding == name; });
    if (row == rows.end()) row = rows.insert(row, {name, 0, 0, 0});
    ++row->layers;
    // Layers may share weights.
    const size_t index = static_cast<size_t>(node.inputs[1]);
    if (counted[index]) continue;
    counted[index] = true;
    const int64_t count = weights.NumElements();
    row->values += static_cast<size_t>(count);
    row->bytes += static_cast<size_t>(
        weights.codes == nullptr ? count : PackedBytes(*weights.codes, count));
  }
  return rows;
}

}  // namespace octet
