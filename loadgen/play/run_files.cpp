#include "loadgen/play/run_files.hpp"

#include <stdexcept>
#include <system_error>

#include "loadgen/report/run_json.hpp"

namespace throng::play {
namespace {

constexpr const char* kLogName = "latency.hlog";
constexpr const char* kSeriesName = "series.csv";
constexpr const char* kRunName = "run.json";

std::filesystem::path make_folder(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw std::runtime_error(folder.string() + ": " + failed.message());
  return folder;
}

}  // namespace

RunFiles::RunFiles(const std::filesystem::path& folder)
    : folder_(make_folder(folder)), log_file_(folder_ / kLogName) {
  if (!log_file_) throw std::runtime_error((folder_ / kLogName).string() + ": can't be written");
}

void RunFiles::begin(std::chrono::system_clock::time_point start) {
  log_.emplace(log_file_, start);
}

void RunFiles::add_second(const measure::SecondSnapshot& second) {
  for (const measure::OperationSecond& each : second.operations) {
    if (!each.latency.empty()) log_->write(each.name, second.second, 1, each.latency);
  }
}

std::optional<std::string> RunFiles::finish(const measure::Series& series,
                                            const report::RunResult& result) {
  std::ofstream series_file(folder_ / kSeriesName);
  series.write_csv(series_file);
  std::ofstream run_file(folder_ / kRunName);
  run_file << report::write_run_json(result);
  for (auto* file : {&log_file_, &series_file, &run_file}) {
    file->flush();
    if (!*file) return folder_.string() + ": not all of the run's files could be written";
  }
  return std::nullopt;
}

}  // namespace throng::play
