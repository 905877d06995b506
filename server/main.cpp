#include <sodium.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <exception>
#include <iostream>
#include <string>

#include "server/node/log.hpp"
#include "server/node/node.hpp"
#include "server/node/options.hpp"
#include "server/version.hpp"

int main(int argc, char** argv) {
  umask(077);  // what people write to each other is for the server only
  if (sodium_init() < 0) {
    std::cerr << "throng-server: the system has no random numbers to give\n";
    return 1;
  }
  auto parsed = throng::node::parse_options(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  throng::node::set_up_log(parsed.options->log_format, parsed.options->log_level);
  try {
    throng::node::Node node(std::move(parsed.options->node));
    for (const std::string& warning : parsed.options->warnings) spdlog::warn("{}", warning);
    spdlog::info("throng-server {} listens on {}", throng::kVersion, node.address());
    node.run([&] { return throng::node::read_options_again(argc, argv); });
  } catch (const std::exception& e) {
    std::cerr << "throng-server: " << e.what() << '\n';
    return 1;
  }
  return 0;
}
