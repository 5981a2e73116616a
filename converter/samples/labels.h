// Right classes of samples, and names of classes, from files.

#ifndef OCTET_CONVERTER_SAMPLES_LABELS_H_
#define OCTET_CONVERTER_SAMPLES_LABELS_H_

#include <map>
#include <string>
#include <vector>

#include "octet/status.h"

namespace octet::converter {

// Class by file name.
using LabelMap = std::map<std::string, int>;

// Reads a CSV: either its first row names the columns and two of them are
// `file` and `class_index`, or it has two columns, file and class. Cells may be
// quoted ("a, b"; "" stands for a quote). Classes are whole numbers from 0 on.
// Errors name the file and the line; one is a file that has two classes.
Result<LabelMap> ReadLabelsCsv(const std::string& path);

// One class a sample, in the samples' order, from a .npy of whole numbers (one
// dimension) or else an IDX file of unsigned bytes. Errors name the file.
Result<std::vector<int>> ReadLabelArray(const std::string& path);

// Names of classes, one a line; line i (from 0) names class i. Errors name the
// file; one is a file without a line.
Result<std::vector<std::string>> ReadClassNames(const std::string& path);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_SAMPLES_LABELS_H_
