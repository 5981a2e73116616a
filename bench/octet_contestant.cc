#include "bench/octet_contestant.h"

#include <utility>

#include "octet/session.h"

namespace octet::bench {
namespace {

class OctetContestant : public Contestant {
 public:
  OctetContestant(std::unique_ptr<Session> session,
                  const std::vector<float>& input)
      : session_(std::move(session)),
        input_(input),
        output_(session_->model().outputs()[0].NumElements()) {}

  Status Run(int repetitions, Times* times) override {
    Status status;
    for (int i = 0; status.ok() && i < repetitions; ++i) {
      times->Measure([&] { status = RunOnFloats(); });
    }
    return status;
  }

  Result<std::vector<float>> Output() override { return output_; }

 private:
  // As the peers do: from floats to floats.
  Status RunOnFloats() {
    OCTET_RETURN_IF_ERROR(session_->SetInput(0, input_.data(), input_.size()));
    OCTET_RETURN_IF_ERROR(session_->Run());
    return session_->GetOutput(0, output_.data(), output_.size());
  }

  std::unique_ptr<Session> session_;
  const std::vector<float> input_;
  std::vector<float> output_;
};

}  // namespace

Result<std::unique_ptr<Contestant>> MakeOctetContestant(
    std::shared_ptr<const Model> model, const std::string& isa, int threads,
    const std::vector<float>& input) {
  OCTET_ASSIGN_OR_RETURN(
      std::unique_ptr<Session> session,
      Session::Create(std::move(model), {.num_threads = threads, .isa = isa}));
  return std::unique_ptr<Contestant>(
      new OctetContestant(std::move(session), input));
}

}  // namespace octet::bench
