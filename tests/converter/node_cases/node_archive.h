// ONNX's own node tests (shared/data/onnx_backend_tests): each is a model of
// one node with inputs and the outputs that ONNX's reference gives.

#ifndef OCTET_TESTS_CONVERTER_NODE_CASES_NODE_ARCHIVE_H_
#define OCTET_TESTS_CONVERTER_NODE_CASES_NODE_ARCHIVE_H_

#include <map>
#include <string>

namespace octet::converter {

// Where the archive is, or would be.
std::string NodeArchivePath();

// The files of the archive by name ("test_abs/model.onnx"); empty where it is
// absent. Unpacked in memory: thousands of small files are slow on a disk.
std::map<std::string, std::string> ReadNodeArchive();

}  // namespace octet::converter

#endif  // OCTET_TESTS_CONVERTER_NODE_CASES_NODE_ARCHIVE_H_
