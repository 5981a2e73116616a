// The attributes of one ONNX node, read by name and type.

#ifndef OCTET_CONVERTER_ONNX_NODE_ATTRIBUTES_H_
#define OCTET_CONVERTER_ONNX_NODE_ATTRIBUTES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "octet/status.h"
#include "onnx/onnx.pb.h"

namespace octet::converter {

// A view: the node must outlive it. The Get functions return `fallback` where
// the attribute is absent, and an error where it has another type.
class NodeAttributes {
 public:
  explicit NodeAttributes(const onnx::NodeProto& node) : node_(node) {}

  bool Has(const std::string& name) const;
  Result<int64_t> GetInt(const std::string& name, int64_t fallback) const;
  Result<float> GetFloat(const std::string& name, float fallback) const;
  Result<std::string> GetString(const std::string& name,
                                const std::string& fallback) const;
  Result<std::vector<int64_t>> GetInts(
      const std::string& name, const std::vector<int64_t>& fallback) const;
  Result<std::vector<float>> GetFloats(
      const std::string& name, const std::vector<float>& fallback) const;
  Result<std::vector<std::string>> GetStrings(
      const std::string& name, const std::vector<std::string>& fallback) const;
  // Null where the attribute is absent.
  Result<const onnx::TensorProto*> FindTensor(const std::string& name) const;

 private:
  // Null where the attribute is absent.
  Result<const onnx::AttributeProto*> Find(const std::string& name,
                                           int type) const;

  const onnx::NodeProto& node_;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_NODE_ATTRIBUTES_H_
