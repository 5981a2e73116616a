#include "bench/ort_contestant.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

#include "bench/line_process.h"

namespace octet::bench {
namespace {

std::vector<float> ToNchw(const Shape& shape, const std::vector<float>& nhwc) {
  const size_t pixels = static_cast<size_t>(shape[1] * shape[2]);
  const size_t channels = static_cast<size_t>(shape[3]);
  std::vector<float> nchw(nhwc.size());
  for (size_t i = 0; i < nhwc.size(); ++i) {
    const size_t picture = i / (pixels * channels);
    const size_t pixel = i / channels % pixels;
    nchw[(picture * channels + i % channels) * pixels + pixel] = nhwc[i];
  }
  return nchw;
}

// A file of floats that lives as long as the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::vector<float>& values) {
    const char* folder = std::getenv("TMPDIR");
    path_ = std::string(folder != nullptr ? folder : "/tmp") +
            "/octet_model_bench.XXXXXX";
    const int file = mkstemp(path_.data());
    if (file < 0) return;
    FILE* stream = fdopen(file, "wb");
    written_ = std::fwrite(values.data(), sizeof(float), values.size(),
                           stream) == values.size();
    written_ &= std::fclose(stream) == 0;
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  bool written() const { return written_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool written_ = false;
};

Result<std::vector<double>> Numbers(const std::string& line) {
  std::istringstream words(line);
  std::vector<double> numbers;
  for (double number; words >> number;) numbers.push_back(number);
  if (words.eof()) return numbers;
  return IoError("ONNX Runtime's process answered: " + line);
}

class OrtContestant : public Contestant {
 public:
  explicit OrtContestant(std::unique_ptr<LineProcess> process)
      : process_(std::move(process)) {}

  Status Run(int repetitions, Times* times) override {
    OCTET_ASSIGN_OR_RETURN(const std::string line,
                           process_->Ask("run " + std::to_string(repetitions)));
    OCTET_ASSIGN_OR_RETURN(const std::vector<double> numbers, Numbers(line));
    for (const double milliseconds : numbers) times->Add(milliseconds);
    return OkStatus();
  }

  Result<std::vector<float>> Output() override {
    OCTET_ASSIGN_OR_RETURN(const std::string line, process_->Ask("output"));
    OCTET_ASSIGN_OR_RETURN(const std::vector<double> numbers, Numbers(line));
    return std::vector<float>(numbers.begin(), numbers.end());
  }

 private:
  std::unique_ptr<LineProcess> process_;
};

}  // namespace

Result<std::unique_ptr<Contestant>> MakeOrtContestant(
    const OrtOptions& options, const Shape& shape,
    const std::vector<float>& input, std::string* version) {
  const TemporaryFile file(ToNchw(shape, input));
  if (!file.written()) {
    return IoError("cannot write " + file.path() + "; is TMPDIR right?");
  }
  OCTET_ASSIGN_OR_RETURN(
      std::unique_ptr<LineProcess> process,
      LineProcess::Start({"node", OCTET_SOURCE_DIR "/bench/ort_worker.js",
                          options.modules, options.model_path, file.path(),
                          std::to_string(options.threads)}));
  // It answers once the model and the input are loaded.
  OCTET_ASSIGN_OR_RETURN(const std::string ready, process->Ask(""));
  if (version != nullptr) *version = ready;
  return std::unique_ptr<Contestant>(new OrtContestant(std::move(process)));
}

}  // namespace octet::bench
