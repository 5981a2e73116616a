// Text: from scores of symbols, step by step, to a line (CTC).

#ifndef OCTET_ENGINE_HEADS_READ_TEXT_H_
#define OCTET_ENGINE_HEADS_READ_TEXT_H_

#include <string>
#include <vector>

#include "engine/heads/fields.h"
#include "octet/head.h"

namespace octet {

struct TextLine {
  std::string text;
  // Mean score of the symbols that were read; 0 for none.
  float score = 0.0f;
};

// The best path: of each step the symbol with the largest score, repeated ones
// once, symbol 0 not at all (A. Graves et al., "Connectionist Temporal
// Classification", 2006, section 3.2). Symbols without a name are "?".
// REQUIRES: `head` is of text, of the model that made the outputs.
TextLine ReadText(const HeadInfo& head,
                  const std::vector<OutputValues>& outputs);

}  // namespace octet

#endif  // OCTET_ENGINE_HEADS_READ_TEXT_H_
