// Writes SmallNetwork to the file that the argument names, for the consumers.

#include <cstdio>
#include <fstream>

#include "tests/engine/small_network.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_small_network FILE\n");
    return 2;
  }
  const std::vector<uint8_t> bytes = octet::SmallNetwork().Finish();
  std::ofstream file(argv[1], std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.close();
  return file.good() ? 0 : 1;
}
