#include <sodium.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <iostream>

#include "server/node/node.hpp"
#include "server/node/options.hpp"
#include "server/version.hpp"

int main(int argc, char** argv) {
  if (sodium_init() < 0) return 1;
  auto parsed = throng::node::parse_options(argc, argv);
  if (!parsed.options) return parsed.exit_code;
  spdlog::set_default_logger(spdlog::stderr_color_mt("throng-server"));
  try {
    const bool secret_was_made = parsed.options->secret_was_made;
    throng::node::Node node(std::move(parsed.options->node));
    if (secret_was_made) {
      spdlog::warn(
          "no secret given: tokens are good until this process ends, and nobody else can "
          "mint them (set THRONG_SECRET or --secret-file)");
    }
    const auto endpoint = node.endpoint();
    spdlog::info("throng-server {} listens on {}:{}", throng::kVersion,
                 endpoint.address().to_string(), endpoint.port());
    node.run();
  } catch (const std::exception& e) {
    std::cerr << "throng-server: " << e.what() << '\n';
    return 1;
  }
  return 0;
}
