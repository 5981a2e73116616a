#include "engine/image/npz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "engine/image/file.h"
#include "engine/image/zip_directory.h"

namespace octet {
namespace {

constexpr int64_t kBlockBytes = 1 << 16;

// Calls visit(block) for each block of the entry's bytes as stored.
template <typename Visit>
Status ForEachBlock(const InputFile& file, const ZipEntry& entry, Visit visit) {
  std::vector<uint8_t> block;
  for (int64_t done = 0; done < entry.stored_size;
       done += int64_t(block.size())) {
    block.resize(size_t(std::min(kBlockBytes, entry.stored_size - done)));
    OCTET_RETURN_IF_ERROR(file.ReadAt(entry.data_begin + done, block));
    OCTET_RETURN_IF_ERROR(visit(std::span<const uint8_t>(block)));
  }
  return OkStatus();
}

Status CheckCrc(const ZipEntry& entry, uLong crc) {
  if (uint32_t(crc) == entry.crc32) return OkStatus();
  return InvalidArgument("damaged: its CRC is wrong");
}

// The descriptor of a new file that is removed from its folder at once, so that
// nothing is left behind whatever happens; its bytes last until it is closed.
Result<int> MakeNamelessFile() {
  const char* folder = getenv("TMPDIR");
  std::string path =
      std::string(folder == nullptr ? "/tmp" : folder) + "/octet-npz-XXXXXX";
  const int descriptor = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) {
    return IoError("cannot create a file to unpack into at " + path +
                   "; set TMPDIR to a folder with room");
  }
  unlink(path.c_str());
  return descriptor;
}

// zlib's state, freed at the end.
class Inflater {
 public:
  // Negative bits: bare deflate, without zlib's header.
  Inflater() : ok_(inflateInit2(&stream_, -MAX_WBITS) == Z_OK) {}
  ~Inflater() {
    if (ok_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  bool ok() const { return ok_; }
  bool at_end() const { return at_end_; }

  // Unpacks one block; calls visit(bytes) for the pieces.
  template <typename Visit>
  Status Inflate(std::span<const uint8_t> block, Visit visit) {
    stream_.next_in = const_cast<uint8_t*>(block.data());
    stream_.avail_in = uInt(block.size());
    do {
      if (at_end_) return InvalidArgument("damaged: bytes after its end");
      stream_.next_out = out_.data();
      stream_.avail_out = uInt(out_.size());
      const int code = inflate(&stream_, Z_NO_FLUSH);
      // Z_BUF_ERROR: nothing left to do before the next block.
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
        return InvalidArgument("damaged: it cannot be unpacked");
      }
      at_end_ = code == Z_STREAM_END;
      OCTET_RETURN_IF_ERROR(visit(std::span<const uint8_t>(
          out_.data(), out_.size() - stream_.avail_out)));
    } while (stream_.avail_in > 0 || (!at_end_ && stream_.avail_out == 0));
    return OkStatus();
  }

 private:
  z_stream stream_ = {};
  bool ok_;
  bool at_end_ = false;
  std::vector<uint8_t> out_ = std::vector<uint8_t>(size_t(kBlockBytes));
};

// Unpacks an entry into `descriptor`.
Status InflateInto(int descriptor, const InputFile& file,
                   const ZipEntry& entry) {
  Inflater inflater;
  if (!inflater.ok()) return ResourceExhausted("out of memory");
  uLong crc = crc32(0, nullptr, 0);
  int64_t size = 0;
  const auto write = [&](std::span<const uint8_t> bytes) {
    crc = crc32(crc, bytes.data(), uInt(bytes.size()));
    size += int64_t(bytes.size());
    if (size > entry.size) return InvalidArgument("damaged: it is too long");
    return WriteAll(descriptor, bytes, "the unpacked array");
  };
  OCTET_RETURN_IF_ERROR(
      ForEachBlock(file, entry, [&](std::span<const uint8_t> block) {
        return inflater.Inflate(block, write);
      }));
  if (!inflater.at_end() || size != entry.size) {
    return InvalidArgument("damaged: it ends too early");
  }
  return CheckCrc(entry, crc);
}

Result<NpyFile> OpenDeflated(const InputFile& file, const ZipEntry& entry,
                             const std::string& name) {
  OCTET_ASSIGN_OR_RETURN(const int descriptor, MakeNamelessFile());
  const Status inflated = InflateInto(descriptor, file, entry);
  Result<InputFile> unpacked = InputFile::FromDescriptor(descriptor, name);
  OCTET_RETURN_IF_ERROR(inflated.WithContext(name));
  if (!unpacked.ok()) return unpacked.status();
  return NpyFile::OpenInside(
      std::make_shared<const InputFile>(*std::move(unpacked)), 0, entry.size,
      name);
}

Result<NpyFile> OpenStored(const std::shared_ptr<const InputFile>& file,
                           const ZipEntry& entry, const std::string& name) {
  uLong crc = crc32(0, nullptr, 0);
  OCTET_RETURN_IF_ERROR(
      ForEachBlock(*file, entry, [&](std::span<const uint8_t> block) {
        crc = crc32(crc, block.data(), uInt(block.size()));
        return OkStatus();
      }));
  OCTET_RETURN_IF_ERROR(CheckCrc(entry, crc).WithContext(name));
  return NpyFile::OpenInside(file, entry.data_begin, entry.size, name);
}

}  // namespace

Result<std::vector<NpzArray>> OpenNpz(const std::string& path) {
  constexpr std::string_view kSuffix = ".npy";
  OCTET_ASSIGN_OR_RETURN(InputFile opened, InputFile::Open(path));
  const auto file = std::make_shared<const InputFile>(std::move(opened));
  OCTET_ASSIGN_OR_RETURN(const std::vector<ZipEntry> entries,
                         ReadZipDirectory(*file));
  std::vector<NpzArray> arrays;
  for (const ZipEntry& entry : entries) {
    const std::string name = path + ": array '" + entry.name + "'";
    if (!entry.name.ends_with(kSuffix)) {
      return InvalidArgument(name + " is not a .npy file");
    }
    OCTET_ASSIGN_OR_RETURN(NpyFile array,
                           entry.method == ZipMethod::kStored
                               ? OpenStored(file, entry, name)
                               : OpenDeflated(*file, entry, name));
    arrays.push_back({entry.name.substr(0, entry.name.size() - kSuffix.size()),
                      std::move(array)});
  }
  if (arrays.empty()) return InvalidArgument(path + ": holds no array");
  return arrays;
}

}  // namespace octet
