#include <CLI/CLI.hpp>
#include <boost/system/system_error.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "loadgen/commands/command.hpp"
#include "loadgen/commands/report_files.hpp"
#include "loadgen/play/interruption.hpp"
#include "loadgen/play/live_view.hpp"
#include "loadgen/report/text_file.hpp"
#include "loadgen/view/document.hpp"
#include "loadgen/view/live_page.hpp"
#include "loadgen/view/live_server.hpp"
#include "loadgen/view/page.hpp"
#include "loadgen/view/series_history.hpp"

namespace throng::commands {
namespace {

constexpr std::chrono::milliseconds kLook{50};

struct ViewWords {
  std::string dir;
  std::string listen = "127.0.0.1:0";
  std::string html;
};

view::History read_history(const std::filesystem::path& dir) {
  const auto path = dir / "latency.hlog";
  std::ifstream log(path);
  return view::history_of(read_series(dir), log, path.string());
}

view::Status read_status(const std::filesystem::path& dir) {
  report::RunResult run = read_run(dir);
  auto bounds = play::bounds_of(run.validity);
  view::Status status = view::status_of(std::move(run), std::move(bounds));
  status.folder = dir.string();
  return status;
}

void write_page(const ViewWords& words) {
  const view::Status status = read_status(words.dir);
  const std::string document = view::document_json(status.run, read_history(words.dir), status);
  report::write_text_file(words.html, view::finished_html(document));
  std::cout << words.html << '\n';
}

/// Errors: std::runtime_error naming the option.
std::unique_ptr<view::LiveServer> open_server(const view::LivePage& page,
                                              const std::string& address) {
  try {
    return std::make_unique<view::LiveServer>(page, address, nullptr);
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error("--listen: " + address + ": " + error.code().message());
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("--listen: " + address + ": " + error.what());
  }
}

void serve_page(const ViewWords& words) {
  const play::Interruption interruption;
  view::Status status = read_status(words.dir);
  view::LivePage page(status.run, read_history(words.dir));
  page.set(std::move(status));
  const auto server = open_server(page, words.listen);
  std::cout << server->url() << std::endl;
  while (!interruption.requested()) std::this_thread::sleep_for(kLook);
}

}  // namespace

void add_view(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("view", "show a run that is over as its live page did");
  auto words = std::make_shared<ViewWords>();
  command->add_option("DIR", words->dir, "directory that throng run wrote")->required();
  command
      ->add_option(
          "--listen", words->listen,
          "HOST:PORT, or PORT of 127.0.0.1, of the page until Ctrl-C; 0: any [127.0.0.1:0]")
      ->envname("THRONG_VIEW_LISTEN");
  command->add_option("--html", words->html, "write the page into this one file instead")
      ->envname("THRONG_VIEW_HTML");
  command->parse_complete_callback([words, &action] {
    action = [words] {
      words->html.empty() ? serve_page(*words) : write_page(*words);
      return 0;
    };
  });
}

}  // namespace throng::commands
