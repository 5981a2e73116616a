// An application in C++, with exceptions and RTTI, that brings its own thread
// pool and allocator. Argument: the file of SmallNetwork (tests/engine).

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "octet/isa.h"
#include "octet/model.h"
#include "octet/session.h"

namespace {

class Pool : public octet::ThreadPool {
 public:
  int num_threads() const override { return 2; }
  void Run(void (*function)(void* context, int part), void* context,
           int num_parts) override {
    for (int part = 0; part < num_parts; ++part) function(context, part);
  }
};

class Memory : public octet::Allocator {
 public:
  void* Allocate(size_t bytes, size_t alignment) override {
    ++blocks;
    return octet::DefaultAllocator()->Allocate(bytes, alignment);
  }
  void Free(void* memory, size_t bytes, size_t alignment) override {
    --blocks;
    octet::DefaultAllocator()->Free(memory, bytes, alignment);
  }
  int blocks = 0;
};

octet::Status Run(const std::string& path, Memory* memory) {
  OCTET_ASSIGN_OR_RETURN(auto model, octet::Model::Load(path));
  Pool pool;
  octet::SessionOptions options;
  options.thread_pool = &pool;
  options.allocator = memory;
  OCTET_ASSIGN_OR_RETURN(auto session, octet::Session::Create(model, options));
  const std::vector<float> input(model->inputs()[0].NumElements(), 1.0f);
  OCTET_RETURN_IF_ERROR(session->SetInput(0, input.data(), input.size()));
  OCTET_RETURN_IF_ERROR(session->Run());
  std::vector<float> scores(model->outputs()[0].NumElements());
  OCTET_RETURN_IF_ERROR(session->GetOutput(0, scores.data(), scores.size()));
  for (size_t i = 0; i < scores.size(); ++i) {
    std::printf("%s %.3f\n", model->labels()[i].c_str(), scores[i]);
  }
  return octet::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  Memory memory;
  const octet::Status status = Run(argv[1], &memory);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.message().c_str());
    return 1;
  }
  return memory.blocks == 0 && octet::ListIsas().back().name == "scalar" ? 0
                                                                         : 1;
}
