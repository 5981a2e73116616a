// Lstm and Gru in double precision, from the formulas of
// schema/float_operators.fbs, value by value; sigmoid and tanh.

#ifndef OCTET_TESTS_REFERENCE_RECURRENT_H_
#define OCTET_TESTS_REFERENCE_RECURRENT_H_

#include "tests/reference/float_operators.h"

namespace octet::reference {

struct RecurrentCell {
  int gates;  // 4: Lstm, 3: Gru
  RealTensor x, w, r, b, h, c, p;
  bool reverse;  // of the first direction
  bool option;   // input_forget, linear_before_reset
  double clip;
};

struct RecurrentResults {
  RealTensor sequence, hidden;
};

RecurrentResults Run(const RecurrentCell& cell);

}  // namespace octet::reference

#endif  // OCTET_TESTS_REFERENCE_RECURRENT_H_
