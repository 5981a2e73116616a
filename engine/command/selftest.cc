#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "engine/command/commands.h"
#include "engine/command/random_inputs.h"
#include "engine/image/file.h"
#include "engine/image/sha256.h"
#include "octet/isa.h"
#include "octet/model.h"
#include "octet/session.h"

namespace octet::command {
namespace {

// The stored hash is that of so many inputs.
constexpr uint32_t kNumInputs = 2;

std::string Title(const std::string& isa, int num_threads) {
  return isa + (num_threads == 1 ? ", 1 thread" : ", 2 threads");
}

// All outputs for all inputs, one behind the other.
Result<std::vector<uint8_t>> Outputs(std::shared_ptr<const Model> model,
                                     const SessionOptions& options) {
  OCTET_ASSIGN_OR_RETURN(const std::unique_ptr<Session> session,
                         Session::Create(model, options));
  std::vector<uint8_t> bytes;
  for (uint32_t seed = 1; seed <= kNumInputs; ++seed) {
    OCTET_RETURN_IF_ERROR(SetRandomInputs(seed, *session));
    OCTET_RETURN_IF_ERROR(session->Run());
    for (size_t i = 0; i < model->outputs().size(); ++i) {
      std::vector<uint8_t> values(model->outputs()[i].NumBytes());
      OCTET_RETURN_IF_ERROR(session->GetOutputBytes(
          static_cast<int>(i), values.data(), values.size()));
      bytes.insert(bytes.end(), values.begin(), values.end());
    }
  }
  return bytes;
}

std::string HashOf(const std::vector<uint8_t>& bytes) {
  Sha256 sha256;
  sha256.Update(bytes);
  return sha256.Finish();
}

Status Disagreement(const Model& model, const std::string& title,
                    const std::vector<uint8_t>& outputs,
                    const std::vector<uint8_t>& expected) {
  size_t position = static_cast<size_t>(
      std::mismatch(outputs.begin(), outputs.end(), expected.begin()).first -
      outputs.begin());
  const auto value = [&](const std::vector<uint8_t>& bytes) {
    return std::to_string(static_cast<int8_t>(bytes[position]));
  };
  const std::string values =
      value(outputs) + " instead of " + value(expected) + " (scalar, 1 thread)";
  size_t output = 0;
  while (position >= model.outputs()[output].NumBytes()) {
    position -= model.outputs()[output].NumBytes();
    output = (output + 1) % model.outputs().size();
  }
  return InternalError(title + ": output '" + model.outputs()[output].name +
                       "', byte " + std::to_string(position) + ": " + values);
}

// The outputs of scalar code on one thread, with which all others agree.
Result<std::vector<uint8_t>> RunEveryIsa(std::shared_ptr<const Model> model) {
  std::vector<uint8_t> expected;
  std::vector<IsaInfo> isas = ListIsas();
  std::reverse(isas.begin(), isas.end());
  for (const IsaInfo& isa : isas) {
    if (!isa.supported) continue;
    for (const int num_threads : {1, 2}) {
      OCTET_ASSIGN_OR_RETURN(
          const std::vector<uint8_t> outputs,
          Outputs(model, {.num_threads = num_threads, .isa = isa.name}));
      const std::string title = Title(isa.name, num_threads);
      std::printf("%-22s %s\n", title.c_str(), HashOf(outputs).c_str());
      if (expected.empty()) expected = outputs;
      if (outputs != expected) {
        return Disagreement(*model, title, outputs, expected);
      }
    }
  }
  return expected;
}

Status CompareWithStored(const std::string& path, const std::string& hash) {
  const Result<std::vector<uint8_t>> file = ReadFile(path);
  if (!file.ok()) {
    if (file.status().code() != StatusCode::kNotFound) return file.status();
    std::printf("all the same; there is no %s to compare with\n", path.c_str());
    return OkStatus();
  }
  std::string stored(file->begin(), file->end());
  while (!stored.empty() && stored.back() == '\n') stored.pop_back();
  if (stored != hash) {
    return InternalError("the outputs are not those of " + path + ": " +
                         stored);
  }
  std::printf("all the same, and those of %s\n", path.c_str());
  return OkStatus();
}

}  // namespace

Status SelfTest(const SelfTestOptions& options) {
  OCTET_ASSIGN_OR_RETURN(std::shared_ptr<const Model> model,
                         Model::Load(options.model_path));
  OCTET_ASSIGN_OR_RETURN(const std::vector<uint8_t> outputs,
                         RunEveryIsa(model));
  const std::string hash = HashOf(outputs);
  const std::string path = options.model_path + ".outputs.sha256";
  if (!options.store) return CompareWithStored(path, hash);
  const std::string line = hash + "\n";
  OCTET_RETURN_IF_ERROR(WriteFileAtomically(
      path, {reinterpret_cast<const uint8_t*>(line.data()), line.size()}));
  std::printf("all the same; wrote %s\n", path.c_str());
  return OkStatus();
}

}  // namespace octet::command
