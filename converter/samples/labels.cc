#include "converter/samples/labels.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "converter/samples/idx.h"
#include "engine/image/file.h"
#include "engine/image/npy.h"

namespace octet::converter {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

using Row = std::vector<std::string>;

// The lines of a text file, without line ends (\n or \r\n), the mark that
// editors put first, and blank lines at the end.
Result<std::vector<std::string>> ReadLines(const std::string& path) {
  OCTET_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadFile(path));
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()),
                        bytes.size());
  if (rest.starts_with(kByteOrderMark)) {
    rest.remove_prefix(kByteOrderMark.size());
  }
  std::vector<std::string> lines;
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.emplace_back(line);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

// The cells of a line; nothing where a quote is not closed.
std::optional<Row> SplitCsvLine(std::string_view line) {
  Row row(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && line.substr(i + 1).starts_with('"')) {
      row.back() += '"';
      ++i;
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      row.emplace_back();
    } else {
      row.back() += line[i];
    }
  }
  if (quoted) return std::nullopt;
  return row;
}

std::optional<int> ParseClass(std::string_view text) {
  int value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < 0) return std::nullopt;
  return value;
}

// Which cells of a row hold file and class, and the first row that does.
struct Columns {
  size_t file = 0;
  size_t class_index = 1;
  size_t first_row = 0;
};

std::optional<Columns> FindColumns(const Row& first_row) {
  std::optional<size_t> file, class_index;
  for (size_t i = 0; i < first_row.size(); ++i) {
    if (first_row[i] == "file") file = i;
    if (first_row[i] == "class_index") class_index = i;
  }
  if (file && class_index) return Columns{*file, *class_index, 1};
  if (first_row.size() == 2 && ParseClass(first_row[1])) return Columns{};
  return std::nullopt;
}

}  // namespace

Result<LabelMap> ReadLabelsCsv(const std::string& path) {
  OCTET_ASSIGN_OR_RETURN(const std::vector<std::string> lines, ReadLines(path));
  if (lines.empty()) return InvalidArgument(path + ": is empty");
  const std::optional<Row> first_row = SplitCsvLine(lines[0]);
  const std::optional<Columns> columns =
      first_row ? FindColumns(*first_row) : std::nullopt;
  if (!columns) {
    return InvalidArgument(path +
                           ": the first line must name the columns 'file' and "
                           "'class_index', or be a file and its class");
  }
  LabelMap labels;
  for (size_t i = columns->first_row; i < lines.size(); ++i) {
    const std::string where = path + ": line " + std::to_string(i + 1);
    const std::optional<Row> row = SplitCsvLine(lines[i]);
    if (!row || row->size() <= std::max(columns->file, columns->class_index)) {
      return InvalidArgument(where + ": a column is missing");
    }
    const std::optional<int> value = ParseClass((*row)[columns->class_index]);
    if (!value) {
      return InvalidArgument(where + ": '" + (*row)[columns->class_index] +
                             "' is not a class, a whole number from 0 on");
    }
    const std::string& file = (*row)[columns->file];
    const auto [known, is_new] = labels.emplace(file, *value);
    if (!is_new && known->second != *value) {
      return InvalidArgument(where + ": a second class for '" + file + "'");
    }
  }
  return labels;
}

Result<std::vector<int>> ReadLabelArray(const std::string& path) {
  if (!path.ends_with(".npy")) return ReadIdxLabels(path);
  OCTET_ASSIGN_OR_RETURN(const NpyArray array, ReadNpy(path));
  if (array.shape.size() != 1) {
    return InvalidArgument(path + ": labels must have one dimension");
  }
  std::vector<int> labels;
  for (float value : array.ToFloat()) {
    // Floats are exact up to 2^24, more classes than any network has.
    if (value < 0.0f || value > float(1 << 24) || value != std::floor(value)) {
      return InvalidArgument(path + ": label " + std::to_string(labels.size()) +
                             " is not a whole number from 0 on");
    }
    labels.push_back(int(value));
  }
  return labels;
}

Result<std::vector<std::string>> ReadClassNames(const std::string& path) {
  OCTET_ASSIGN_OR_RETURN(std::vector<std::string> lines, ReadLines(path));
  if (lines.empty()) return InvalidArgument(path + ": is empty");
  return lines;
}

}  // namespace octet::converter
