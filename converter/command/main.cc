// `octet-convert`: an FP32 network becomes an .octet file.

#include <cstdio>
#include <cstring>
#include <optional>

#include "converter/command/convert.h"
#include "converter/command/options.h"
#include "converter/command/stats.h"
#include "engine/image/temporary_files.h"

int main(int argc, char** argv) {
  octet::RemoveTemporaryFilesOnInterrupt();
  if (argc > 1 && std::strcmp(argv[1], "stats") == 0) {
    return octet::converter::StatsCommand(argc - 1, argv + 1);
  }
  int exit_code = 0;
  const std::optional<octet::converter::ConvertOptions> options =
      octet::converter::ParseOptions(argc, argv, &exit_code);
  if (!options.has_value()) return exit_code;
  const octet::Status status = octet::converter::Convert(*options);
  if (status.ok()) return 0;
  std::fprintf(stderr, "octet-convert: %s\n", status.message().c_str());
  return 1;
}
