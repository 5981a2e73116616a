// TextBudget: copies strings out of an untrusted file.

#ifndef OCTET_ENGINE_TEXT_BUDGET_H_
#define OCTET_ENGINE_TEXT_BUDGET_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "octet/status.h"
#include "schema/octet_generated.h"

namespace octet {

// Tables of a file may share one string, so that a small file could name
// gigabytes of text. All strings together must not be longer than the file.
class TextBudget {
 public:
  explicit TextBudget(size_t file_size) : left_(file_size) {}

  // An absent string is empty.
  Result<std::string> Copy(const flatbuffers::String* text) {
    if (text == nullptr) return std::string();
    if (text->size() > left_) {
      return InvalidModel("the file's strings are longer than the file");
    }
    left_ -= text->size();
    return text->str();
  }

  // Appends a list's strings to `to`; an absent list is empty.
  Status CopyAll(
      const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* list,
      std::vector<std::string>* to) {
    if (list == nullptr) return OkStatus();
    for (const flatbuffers::String* text : *list) {
      OCTET_ASSIGN_OR_RETURN(std::string copy, Copy(text));
      to->push_back(std::move(copy));
    }
    return OkStatus();
  }

 private:
  size_t left_;
};

}  // namespace octet

#endif  // OCTET_ENGINE_TEXT_BUDGET_H_
