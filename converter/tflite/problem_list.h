// ProblemList: all that stands in a file's way, in one error.

#ifndef OCTET_CONVERTER_TFLITE_PROBLEM_LIST_H_
#define OCTET_CONVERTER_TFLITE_PROBLEM_LIST_H_

#include <string>
#include <utility>

#include "octet/status.h"

namespace octet::converter {

class ProblemList {
 public:
  // `name` stands for the file.
  explicit ProblemList(std::string name) : name_(std::move(name)) {}

  // Takes note of an error.
  void Add(const Status& problem) {
    if (problem.ok()) return;
    const std::string line = name_ + ": " + problem.message();
    status_ = status_.ok()
                  ? Status(problem.code(), line)
                  : Status(status_.code(), status_.message() + "\n" + line);
  }

  // OK, or every problem, a line each.
  const Status& status() const { return status_; }

 private:
  std::string name_;
  Status status_;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_TFLITE_PROBLEM_LIST_H_
