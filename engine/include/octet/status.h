// Status and Result<T>: how every part of Octet reports errors.
//
// Octet throws no exceptions. A function that can fail returns a Status, or a
// Result<T> when it also produces a value. The message is one sentence for a
// person; it names the object at fault and, where there is one, the remedy:
//
//   model.onnx: node 'Conv_12' (Conv): dilations [2,2] with 3 groups are not
//   supported
//
// This header and shape.h are the only ones that all parts of the project
// share; they depend on the standard library alone.

#ifndef OCTET_STATUS_H_
#define OCTET_STATUS_H_

#include <optional>
#include <string>
#include <utility>

// Of a function in a header: not a part of each function that calls it.
#define OCTET_OUT_OF_LINE __attribute__((noinline))

namespace octet {

// What kind of error happened. The values are part of the C API: do not
// change or reuse them.
enum class StatusCode : int {
  kOk = 0,
  kInvalidArgument = 1,    // the caller passed something that cannot be right
  kNotFound = 2,           // a file, tensor or name does not exist
  kInvalidModel = 3,       // the model's bytes break a rule of its format
  kUnsupported = 4,        // valid, but this version cannot do it
  kResourceExhausted = 5,  // out of memory or disk
  kIoError = 6,            // the operating system reported an error
  kInternal = 7,           // a bug in Octet
};

// The outcome of an operation: OK, or a code and a message. As large as a
// pointer, which is null when OK: to return OK costs nothing, and the code to
// look at a Status and hand it on, which is everywhere, is short. What only
// errors need is kept out of it.
class [[nodiscard]] Status {
 public:
  // OK.
  Status() = default;
  // REQUIRES: code != StatusCode::kOk.
  OCTET_OUT_OF_LINE Status(StatusCode code, std::string message)
      : error_(new Error{code, std::move(message)}) {}

  Status(const Status& other) : error_(Copy(other.error_)) {}
  Status(Status&& other) noexcept
      : error_(std::exchange(other.error_, nullptr)) {}
  Status& operator=(Status other) noexcept {
    std::swap(error_, other.error_);
    return *this;
  }
  ~Status() {
    if (error_ != nullptr) Delete(error_);
  }

  bool ok() const { return error_ == nullptr; }
  StatusCode code() const { return ok() ? StatusCode::kOk : error_->code; }
  // Empty when ok().
  OCTET_OUT_OF_LINE const std::string& message() const {
    static const std::string none;
    return ok() ? none : error_->message;
  }

  // The same error with `context` and ": " in front of its message; OK stays
  // OK. Use it to name the object while an error travels up.
  OCTET_OUT_OF_LINE Status WithContext(const std::string& context) const {
    if (ok()) return *this;
    return Status(code(), context + ": " + error_->message);
  }

 private:
  struct Error {
    StatusCode code;
    std::string message;
  };

  OCTET_OUT_OF_LINE static Error* Copy(const Error* error) {
    return error == nullptr ? nullptr : new Error(*error);
  }
  OCTET_OUT_OF_LINE static void Delete(Error* error) { delete error; }

  Error* error_ = nullptr;
};

inline Status OkStatus() { return Status(); }
OCTET_OUT_OF_LINE inline Status InvalidArgument(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}
OCTET_OUT_OF_LINE inline Status NotFound(std::string message) {
  return Status(StatusCode::kNotFound, std::move(message));
}
OCTET_OUT_OF_LINE inline Status InvalidModel(std::string message) {
  return Status(StatusCode::kInvalidModel, std::move(message));
}
OCTET_OUT_OF_LINE inline Status Unsupported(std::string message) {
  return Status(StatusCode::kUnsupported, std::move(message));
}
OCTET_OUT_OF_LINE inline Status ResourceExhausted(std::string message) {
  return Status(StatusCode::kResourceExhausted, std::move(message));
}
OCTET_OUT_OF_LINE inline Status IoError(std::string message) {
  return Status(StatusCode::kIoError, std::move(message));
}
OCTET_OUT_OF_LINE inline Status InternalError(std::string message) {
  return Status(StatusCode::kInternal, std::move(message));
}

// A value, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit, so that a function can `return value;` or `return status;`.
  Result(T value) : value_(std::move(value)) {}
  // REQUIRES: !status.ok().
  Result(Status status) : status_(std::move(status)) {}

  bool ok() const { return value_.has_value(); }
  // OK when a value is held.
  const Status& status() const { return status_; }

  // REQUIRES: ok().
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return *std::move(value_); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return *std::move(value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace octet

// Returns from the enclosing function when `expression`, a Status, is an
// error.
#define OCTET_RETURN_IF_ERROR(expression)          \
  do {                                             \
    ::octet::Status octet_status_ = (expression);  \
    if (!octet_status_.ok()) return octet_status_; \
  } while (false)

#define OCTET_CONCAT_INNER_(a, b) a##b
#define OCTET_CONCAT_(a, b) OCTET_CONCAT_INNER_(a, b)
#define OCTET_ASSIGN_OR_RETURN_(result, declaration, expression) \
  auto result = (expression);                                    \
  if (!result.ok()) return result.status();                      \
  declaration = *std::move(result)

// OCTET_ASSIGN_OR_RETURN(auto x, F()): assigns F()'s value, or returns its
// error from the enclosing function.
#define OCTET_ASSIGN_OR_RETURN(declaration, expression)                        \
  OCTET_ASSIGN_OR_RETURN_(OCTET_CONCAT_(octet_result_, __LINE__), declaration, \
                          expression)

#endif  // OCTET_STATUS_H_
