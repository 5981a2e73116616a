#include "converter/onnx/node_attributes.h"

namespace octet::converter {

using onnx::AttributeProto;

bool NodeAttributes::Has(const std::string& name) const {
  for (const AttributeProto& attribute : node_.attribute()) {
    if (attribute.name() == name) return true;
  }
  return false;
}

Result<const AttributeProto*> NodeAttributes::Find(const std::string& name,
                                                   int type) const {
  const AttributeProto* found = nullptr;
  for (const AttributeProto& attribute : node_.attribute()) {
    if (attribute.name() != name) continue;
    if (found != nullptr) {
      return InvalidModel("has the attribute '" + name + "' twice");
    }
    found = &attribute;
  }
  // Files of IR version 1 carry no type; protobuf then gives the field's own
  // default.
  if (found != nullptr && found->has_type() && found->type() != type) {
    return InvalidModel("the attribute '" + name + "' has the wrong type");
  }
  return found;
}

Result<int64_t> NodeAttributes::GetInt(const std::string& name,
                                       int64_t fallback) const {
  OCTET_ASSIGN_OR_RETURN(const AttributeProto* const attribute,
                         Find(name, AttributeProto::INT));
  return attribute == nullptr ? fallback : attribute->i();
}

Result<float> NodeAttributes::GetFloat(const std::string& name,
                                       float fallback) const {
  OCTET_ASSIGN_OR_RETURN(const AttributeProto* const attribute,
                         Find(name, AttributeProto::FLOAT));
  return attribute == nullptr ? fallback : attribute->f();
}

Result<std::string> NodeAttributes::GetString(
    const std::string& name, const std::string& fallback) const {
  OCTET_ASSIGN_OR_RETURN(const AttributeProto* const attribute,
                         Find(name, AttributeProto::STRING));
  return attribute == nullptr ? fallback : attribute->s();
}

Result<std::vector<int64_t>> NodeAttributes::GetInts(
    const std::string& name, const std::vector<int64_t>& fallback) const {
  OCTET_ASSIGN_OR_RETURN(const AttributeProto* const attribute,
                         Find(name, AttributeProto::INTS));
  if (attribute == nullptr) return fallback;
  return std::vector<int64_t>(attribute->ints().begin(),
                              attribute->ints().end());
}

Result<std::vector<float>> NodeAttributes::GetFloats(
    const std::string& name, const std::vector<float>& fallback) const {
  OCTET_ASSIGN_OR_RETURN(const AttributeProto* const attribute,
                         Find(name, AttributeProto::FLOATS));
  if (attribute == nullptr) return fallback;
  return std::vector<float>(attribute->floats().begin(),
                            attribute->floats().end());
}

Result<std::vector<std::string>> NodeAttributes::GetStrings(
    const std::string& name, const std::vector<std::string>& fallback) const {
  OCTET_ASSIGN_OR_RETURN(const AttributeProto* const attribute,
                         Find(name, AttributeProto::STRINGS));
  if (attribute == nullptr) return fallback;
  return std::vector<std::string>(attribute->strings().begin(),
                                  attribute->strings().end());
}

Result<const onnx::TensorProto*> NodeAttributes::FindTensor(
    const std::string& name) const {
  OCTET_ASSIGN_OR_RETURN(const AttributeProto* const attribute,
                         Find(name, AttributeProto::TENSOR));
  return attribute == nullptr ? nullptr : &attribute->t();
}

}  // namespace octet::converter
