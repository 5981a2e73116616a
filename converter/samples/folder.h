// The files of a folder, by the ends of their names.

#ifndef OCTET_CONVERTER_SAMPLES_FOLDER_H_
#define OCTET_CONVERTER_SAMPLES_FOLDER_H_

#include <string>
#include <vector>

#include "octet/status.h"

namespace octet::converter {

bool IsFolder(const std::string& path);

// "cat.jpg" of "pets/cat.jpg".
std::string FileName(const std::string& path);

// Whether a name ends, in capitals or not, like a picture (.jpg .jpeg .png
// .webp .bmp) or like arrays (.npy .npz).
bool HasPictureName(const std::string& path);
bool HasArrayName(const std::string& path);

// The paths of the files directly inside a folder, sorted by name byte for
// byte, without folders and names that begin with a dot. Errors name the
// folder.
Result<std::vector<std::string>> ListFolder(const std::string& folder);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_SAMPLES_FOLDER_H_
