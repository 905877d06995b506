#include <chrono>

#include "loadgen/commands/command.hpp"

int main(int argc, char** argv) {
  return throng::commands::run_command_line(argc, argv, std::chrono::system_clock::now());
}
