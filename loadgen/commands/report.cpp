#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "loadgen/commands/command.hpp"
#include "loadgen/commands/report_files.hpp"

namespace throng::commands {

void add_report(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("report", "derive report.html and junit.xml from run.json");
  auto dirs = std::make_shared<std::vector<std::string>>();
  command->add_option("DIR", *dirs, "directories that throng run wrote")->required();
  command->parse_complete_callback([dirs, &action] {
    action = [dirs] {
      for (const std::string& dir : *dirs) std::cout << write_reports(dir).string() << '\n';
      return 0;
    };
  });
}

}  // namespace throng::commands
