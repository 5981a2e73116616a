#include "engine/image/zip_directory.h"

#include <algorithm>
#include <span>
#include <utility>

namespace octet {
namespace {

constexpr uint32_t kEntrySignature = 0x02014b50;
constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr uint32_t kEndSignature = 0x06054b50;
constexpr uint32_t kEnd64Signature = 0x06064b50;
constexpr uint32_t kLocator64Signature = 0x07064b50;
constexpr int64_t kEntryBytes = 46;
constexpr int64_t kLocalBytes = 30;
constexpr int64_t kEndBytes = 22;
constexpr int64_t kEnd64Bytes = 56;
constexpr int64_t kLocator64Bytes = 20;
constexpr int64_t kMaxCommentBytes = 65535;
constexpr uint64_t kIn64BitField = 0xffffffff;
constexpr uint16_t kSizes64Field = 1;
constexpr uint16_t kEncryptedFlag = 1;
// More than any archive of arrays has; its names could fill memory.
constexpr int64_t kMaxDirectoryBytes = int64_t{1} << 26;

// A little-endian number of `count` bytes. REQUIRES: they exist.
uint64_t ReadNumber(std::span<const uint8_t> bytes, size_t position,
                    size_t count) {
  uint64_t number = 0;
  for (size_t i = 0; i < count; ++i) {
    number |= uint64_t{bytes[position + i]} << (8 * i);
  }
  return number;
}

// Where the directory stands; unsigned, because nothing is checked yet.
struct DirectoryRange {
  uint64_t begin;
  uint64_t size;
};

Status Damaged(const InputFile& file, const char* what) {
  return InvalidArgument(file.path() + ": damaged zip archive: " + what);
}

Result<DirectoryRange> ReadEnd64(const InputFile& file, int64_t end_begin) {
  std::vector<uint8_t> locator(kLocator64Bytes);
  if (end_begin < kLocator64Bytes) return Damaged(file, "no zip64 locator");
  OCTET_RETURN_IF_ERROR(file.ReadAt(end_begin - kLocator64Bytes, locator));
  const uint64_t begin = ReadNumber(locator, 8, 8);
  if (ReadNumber(locator, 0, 4) != kLocator64Signature ||
      begin > uint64_t(end_begin) ||
      uint64_t(end_begin) - begin < uint64_t(kEnd64Bytes)) {
    return Damaged(file, "no zip64 locator");
  }
  std::vector<uint8_t> end(kEnd64Bytes);
  OCTET_RETURN_IF_ERROR(file.ReadAt(int64_t(begin), end));
  if (ReadNumber(end, 0, 4) != kEnd64Signature) {
    return Damaged(file, "no zip64 end record");
  }
  return DirectoryRange{ReadNumber(end, 48, 8), ReadNumber(end, 40, 8)};
}

Result<DirectoryRange> FindDirectory(const InputFile& file) {
  const int64_t tail_size = std::min(file.size(), kEndBytes + kMaxCommentBytes);
  if (tail_size < kEndBytes) {
    return InvalidArgument(file.path() + ": is not a zip archive");
  }
  std::vector<uint8_t> tail(size_t(tail_size), 0);
  OCTET_RETURN_IF_ERROR(file.ReadAt(file.size() - tail_size, tail));
  for (int64_t i = tail_size - kEndBytes; i >= 0; --i) {
    const std::span<const uint8_t> end = std::span(tail).subspan(size_t(i));
    if (ReadNumber(end, 0, 4) != kEndSignature) continue;
    // The comment must fill the rest: otherwise this is part of a comment.
    if (ReadNumber(end, 20, 2) != end.size() - size_t(kEndBytes)) continue;
    const DirectoryRange range{ReadNumber(end, 16, 4), ReadNumber(end, 12, 4)};
    if (range.begin == kIn64BitField || range.size == kIn64BitField ||
        ReadNumber(end, 10, 2) == 0xffff) {
      return ReadEnd64(file, file.size() - tail_size + i);
    }
    return range;
  }
  return InvalidArgument(file.path() +
                         ": is not a zip archive, or is cut short");
}

// An entry's numbers before they are checked.
struct RawEntry {
  uint64_t stored_size;
  uint64_t size;
  uint64_t local_begin;
};

// Takes the 64-bit numbers from the extra field for those that say so. False:
// it does not have them.
bool ReadSizes64(std::span<const uint8_t> extra, RawEntry& raw) {
  uint64_t* const numbers[] = {&raw.size, &raw.stored_size, &raw.local_begin};
  std::span<const uint8_t> field;
  while (extra.size() >= 4) {
    const size_t size = size_t(ReadNumber(extra, 2, 2));
    if (size > extra.size() - 4) return false;
    if (ReadNumber(extra, 0, 2) == kSizes64Field) {
      field = extra.subspan(4, size);
      break;
    }
    extra = extra.subspan(4 + size);
  }
  for (uint64_t* number : numbers) {
    if (*number != kIn64BitField) continue;
    if (field.size() < 8) return false;
    *number = ReadNumber(field, 0, 8);
    field = field.subspan(8);
  }
  return true;
}

// Fills in where the data lie: after the local header, whose name and extra
// field may differ in length from the directory's.
Status LocateData(const InputFile& file, const RawEntry& raw, ZipEntry& entry) {
  const uint64_t file_size = uint64_t(file.size());
  if (raw.local_begin > file_size ||
      file_size - raw.local_begin < uint64_t(kLocalBytes)) {
    return Damaged(file, "an entry lies outside of it");
  }
  std::vector<uint8_t> local(kLocalBytes);
  OCTET_RETURN_IF_ERROR(file.ReadAt(int64_t(raw.local_begin), local));
  if (ReadNumber(local, 0, 4) != kLocalSignature) {
    return Damaged(file, "an entry has no local header");
  }
  const uint64_t begin = raw.local_begin + uint64_t(kLocalBytes) +
                         ReadNumber(local, 26, 2) + ReadNumber(local, 28, 2);
  if (begin > file_size || raw.stored_size > file_size - begin) {
    return Damaged(file, "an entry lies outside of it");
  }
  entry.data_begin = int64_t(begin);
  return OkStatus();
}

// Reads the entry at the beginning of `directory`, and removes it there.
Result<ZipEntry> ReadEntry(const InputFile& file,
                           std::span<const uint8_t>& directory) {
  if (directory.size() < size_t(kEntryBytes) ||
      ReadNumber(directory, 0, 4) != kEntrySignature) {
    return Damaged(file, "its directory is broken");
  }
  const size_t name_size = size_t(ReadNumber(directory, 28, 2));
  const size_t extra_size = size_t(ReadNumber(directory, 30, 2));
  const size_t comment_size = size_t(ReadNumber(directory, 32, 2));
  const size_t entry_size =
      size_t(kEntryBytes) + name_size + extra_size + comment_size;
  if (directory.size() < entry_size) {
    return Damaged(file, "its directory is broken");
  }
  ZipEntry entry = {};
  const auto name = directory.subspan(size_t(kEntryBytes), name_size);
  entry.name.assign(name.begin(), name.end());
  const uint64_t method = ReadNumber(directory, 10, 2);
  if ((method != 0 && method != 8) ||
      (ReadNumber(directory, 8, 2) & kEncryptedFlag) != 0) {
    return Unsupported(file.path() + ": '" + entry.name +
                       "' is encrypted or packed by another method than "
                       "deflate");
  }
  entry.method = ZipMethod(method);
  entry.crc32 = uint32_t(ReadNumber(directory, 16, 4));
  RawEntry raw{ReadNumber(directory, 20, 4), ReadNumber(directory, 24, 4),
               ReadNumber(directory, 42, 4)};
  if (!ReadSizes64(
          directory.subspan(size_t(kEntryBytes) + name_size, extra_size),
          raw)) {
    return Damaged(file, "an entry's sizes are missing");
  }
  OCTET_RETURN_IF_ERROR(LocateData(file, raw, entry));
  // Deflate makes at most 1032 bytes of one; this also keeps int64 safe.
  const uint64_t most = entry.method == ZipMethod::kStored ? 1 : uint64_t{1032};
  if (raw.size / most > raw.stored_size ||
      (most == 1 && raw.size != raw.stored_size)) {
    return Damaged(file, "an entry's size is impossible");
  }
  entry.stored_size = int64_t(raw.stored_size);
  entry.size = int64_t(raw.size);
  directory = directory.subspan(entry_size);
  return entry;
}

}  // namespace

Result<std::vector<ZipEntry>> ReadZipDirectory(const InputFile& file) {
  OCTET_ASSIGN_OR_RETURN(const DirectoryRange range, FindDirectory(file));
  const uint64_t file_size = uint64_t(file.size());
  if (range.begin > file_size || range.size > file_size - range.begin ||
      range.size > uint64_t(kMaxDirectoryBytes)) {
    return Damaged(file, "its directory lies outside of it");
  }
  std::vector<uint8_t> bytes(size_t(range.size), 0);
  OCTET_RETURN_IF_ERROR(file.ReadAt(int64_t(range.begin), bytes));
  std::span<const uint8_t> directory = bytes;
  std::vector<ZipEntry> entries;
  while (!directory.empty()) {
    OCTET_ASSIGN_OR_RETURN(ZipEntry entry, ReadEntry(file, directory));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace octet
