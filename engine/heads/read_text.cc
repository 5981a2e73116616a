#include "engine/heads/read_text.h"

namespace octet {

TextLine ReadText(const HeadInfo& head,
                  const std::vector<OutputValues>& outputs) {
  const Fields fields(outputs[static_cast<size_t>(head.output)], head.axis);
  TextLine line;
  size_t last = 0, count = 0;
  for (size_t step = 0; step < fields.num_candidates(); ++step) {
    size_t best = 0;
    for (size_t i = 1; i < fields.num_fields(); ++i) {
      if (fields.At(step, i) > fields.At(step, best)) best = i;
    }
    if (best != 0 && best != last) {
      line.text += best <= head.names.size() ? head.names[best - 1] : "?";
      line.score += fields.At(step, best);
      ++count;
    }
    last = best;
  }
  if (count > 0) line.score /= static_cast<float>(count);
  return line;
}

}  // namespace octet
