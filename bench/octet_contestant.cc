#include "bench/octet_contestant.h"

#include <utility>

#include "octet/session.h"

namespace octet::bench {
namespace {

class OctetContestant : public Contestant {
 public:
  explicit OctetContestant(std::unique_ptr<Session> session)
      : session_(std::move(session)) {}

  Status Run(int repetitions, Times* times) override {
    Status status;
    for (int i = 0; status.ok() && i < repetitions; ++i) {
      times->Measure([&] { status = session_->Run(); });
    }
    return status;
  }

  Result<std::vector<float>> Output() override {
    std::vector<float> values(session_->model().outputs()[0].NumElements());
    OCTET_RETURN_IF_ERROR(session_->GetOutput(0, values.data(), values.size()));
    return values;
  }

 private:
  std::unique_ptr<Session> session_;
};

}  // namespace

Result<std::unique_ptr<Contestant>> MakeOctetContestant(
    std::shared_ptr<const Model> model, const std::string& isa, int threads,
    const std::vector<float>& input) {
  OCTET_ASSIGN_OR_RETURN(
      std::unique_ptr<Session> session,
      Session::Create(std::move(model), {.num_threads = threads, .isa = isa}));
  OCTET_RETURN_IF_ERROR(session->SetInput(0, input.data(), input.size()));
  return std::unique_ptr<Contestant>(new OctetContestant(std::move(session)));
}

}  // namespace octet::bench
