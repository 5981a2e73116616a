// Session: a model ready to run, with its memory and its kernels.
//
//   octet::Result<std::unique_ptr<octet::Session>> session =
//       octet::Session::Create(model, {.num_threads = 2});
//   session->SetInput(0, pixels.data(), pixels.size());   // floats or int8
//   session->Run();
//   session->GetOutput(0, scores.data(), scores.size());
//
// Everything that can fail for want of memory or because of the model fails in
// Create. Run does not allocate, throw, print or take a lock (on more than one
// thread it waits at the pool's barrier). A session is used by one thread at a
// time; several sessions may share a model.

#ifndef OCTET_SESSION_H_
#define OCTET_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "octet/allocator.h"
#include "octet/export.h"
#include "octet/model.h"
#include "octet/status.h"
#include "octet/thread_pool.h"

namespace octet {

// As many threads as pay off. Each operator runs on as many as its work is
// worth, a tiny one on the calling thread alone, and the pool has no more than
// the largest operator uses. A model that runs in a fraction of a millisecond
// stays on the calling thread: others would first have to wake. At most one
// thread a core that the process may use: CPUs that share a core count once,
// slow cores not at all beside fast ones, and a container's quota holds. What
// other programs do with the cores is not looked at.
inline constexpr int kAutoThreads = 0;

struct SessionOptions {
  // These change how a session runs, never a byte of what it computes.

  // Threads of the session's own pool, the calling one included, or
  // kAutoThreads. Not used when thread_pool is set.
  int num_threads = 1;
  // Runs on the application's threads. Must outlive the session.
  ThreadPool* thread_pool = nullptr;
  // Null: DefaultAllocator(). Must outlive the session.
  Allocator* allocator = nullptr;
  // An instruction set by name ("avx2"); empty: the environment variable
  // OCTET_ISA, and without it the best that the CPU supports.
  std::string isa = "";

  // Keeps every activation, so that GetTensor can read it after Run. Costs
  // memory: nothing is reused.
  bool keep_intermediates = false;
};

// Time and work of one operator, for `octet bench --per-op`.
struct OperatorProfile {
  std::string name;    // as in the source model
  std::string type;    // "Conv2d"
  std::string kernel;  // "avx2 gemm 6x16"
  Shape output_shape;
  int64_t macs = 0;         // multiply-accumulates of one Run
  int64_t nanoseconds = 0;  // of the last RunProfiled
};

// What a session costs in memory, in bytes.
struct MemoryUse {
  size_t packed_weights = 0;
  size_t arena = 0;      // activations and scratch
  size_t unplanned = 0;  // what the arena would be without reuse
};

class OCTET_EXPORT Session {
 public:
  // Packs the weights; the model's own copy of them is not needed any more,
  // and the memory of a mapped file goes back to the system.
  // Errors: kUnsupported if options.isa or OCTET_ISA names an instruction set
  // that this build or CPU lacks (the message lists those it has),
  // kResourceExhausted if memory or threads cannot be had or more than 2 GiB
  // would be needed, kInvalidArgument for options out of range.
  static Result<std::unique_ptr<Session>> Create(
      std::shared_ptr<const Model> model, const SessionOptions& options = {});

  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Model& model() const;

  // The model's inputs and outputs, with their shapes in this session.
  std::vector<TensorInfo> inputs() const;
  std::vector<TensorInfo> outputs() const;

  // Gives one input, or all of them together, other shapes: those that
  // Model::varying_dimensions() allows. Plans again, threads and instruction
  // set as before: the weights are packed once more, and until that is done a
  // session needs the memory of both plans. Inputs must then be set again.
  // What it computes is what a fresh session resized to these shapes computes.
  // Errors, after which the session is as it was, with its inputs and outputs:
  // kInvalidArgument for shapes that the model does not allow, kUnsupported if
  // an operator cannot have them (the message names it), kResourceExhausted as
  // Create.
  Status Resize(int index, const Shape& shape);
  Status Resize(const std::vector<Shape>& shapes);

  // Copies an input in: NHWC, `size` values, which must be the tensor's number
  // of elements. Floats are quantized with the tensor's scale and zero point:
  // q = clamp(round_half_even(value / scale) + zero_point); int8 values are q.
  // Inputs that are not quantized: FLOAT32 takes floats as they are, integers
  // take them rounded toward zero. An input keeps its values until it is set
  // again. Error: kInvalidArgument for an index or size that is wrong, or for
  // int8 values where the input is not INT8; the input is then as it was.
  Status SetInput(int index, const float* values, size_t size);
  Status SetInput(int index, const int8_t* values, size_t size);
  // The same for any type: `size` bytes, values of the tensor's type (q for
  // INT8) in the CPU's order; of BOOL, all but 0 is 1.
  Status SetInputBytes(int index, const void* values, size_t size);

  // Runs the network. Error: kInvalidArgument if an input was never set.
  Status Run();

  // Copies an output of the last Run out, as floats (whatever its type) or as
  // q. Error: kInvalidArgument before the first Run, or if `size` is not the
  // tensor's number of elements, or if q of a tensor are asked for that is not
  // INT8.
  Status GetOutput(int index, float* values, size_t size) const;
  Status GetOutput(int index, int8_t* values, size_t size) const;
  // `size` bytes, values of the tensor's type in the CPU's order.
  Status GetOutputBytes(int index, void* values, size_t size) const;

  // The activations in order of execution, and their values after Run by name
  // (the first of that name). Without options.keep_intermediates there are
  // none, and GetTensor is an error; it is, too, before the first Run.
  std::vector<TensorInfo> Tensors() const;
  Status GetTensor(const std::string& name, float* values, size_t size) const;
  Status GetTensor(const std::string& name, int8_t* values, size_t size) const;

  // Like Run, and measures each operator.
  Status RunProfiled(std::vector<OperatorProfile>* profiles);

  const std::string& isa() const;
  // The threads that Run may use, the calling one included.
  int num_threads() const;
  MemoryUse memory_use() const;
  // The plan as text, an operator a line: kernel, shapes, place in the arena.
  std::string DescribePlan() const;

 private:
  class Implementation;
  explicit Session(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace octet

#endif  // OCTET_SESSION_H_
