#include "engine/network.h"

namespace octet {
namespace {

constexpr size_t kMaxShownName = 80;

}  // namespace

std::string Quoted(const std::string& name) {
  std::string text = "'";
  for (const char c : name.substr(0, kMaxShownName)) {
    const unsigned char byte = static_cast<unsigned char>(c);
    text += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  if (name.size() > kMaxShownName) text += "...";
  return text + "'";
}

std::string TensorTitle(const Network& network, int index) {
  return "tensor " + Quoted(network.tensor(index).name) + " (#" +
         std::to_string(index) + ")";
}

}  // namespace octet
