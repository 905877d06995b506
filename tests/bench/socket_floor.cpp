// The floors of a machine, each as a mode of one program that prints JSON:
//   socket_floor echo CONNECTIONS SECONDS
//   socket_floor gathered CONNECTIONS MESSAGES SECONDS
//   socket_floor upgrade SECONDS
//   socket_floor http BODY_BYTES

#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "tests/bench/floors.hpp"

int main(int argc, char** argv) {
  using namespace throng::bench;
  const std::string_view mode = argc > 1 ? argv[1] : "";
  std::vector<std::size_t> numbers;
  for (int i = 2; i < argc; ++i) numbers.push_back(std::strtoul(argv[i], nullptr, 10));
  if (mode == "echo" && numbers.size() == 2) {
    echo_floor(numbers[0], numbers[1]);
  } else if (mode == "gathered" && numbers.size() == 3) {
    gathered_floor(numbers[0], numbers[1], numbers[2]);
  } else if (mode == "upgrade" && numbers.size() == 1) {
    upgrade_floor(numbers[0]);
  } else if (mode == "http" && numbers.size() == 1) {
    http_floor(numbers[0]);
  } else {
    std::fputs("socket_floor echo|gathered|upgrade|http NUMBER...\n", stderr);
    return 2;
  }
  return 0;
}
