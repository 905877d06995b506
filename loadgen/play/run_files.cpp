#include "loadgen/play/run_files.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <system_error>
#include <vector>

#include "loadgen/report/run_json.hpp"

namespace throng::play {
namespace {

constexpr const char* kLogName = "latency.hlog";
constexpr const char* kSeriesName = "series.csv";
constexpr const char* kRunName = "run.json";
constexpr const char* kUnfinishedRunName = "run.json.unfinished";
/// What `throng report` derives.
constexpr const char* kReportNames[] = {"report.html", "junit.xml"};

void remove_file(const std::filesystem::path& path) {
  std::error_code failed;
  std::filesystem::remove(path, failed);
  if (failed) throw std::runtime_error(path.string() + ": " + failed.message());
}

}  // namespace

void clear_results(const std::filesystem::path& folder) {
  for (const char* name : {kLogName, kSeriesName, kRunName, kUnfinishedRunName}) {
    remove_file(folder / name);
  }
  for (const char* name : kReportNames) remove_file(folder / name);
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) throw std::runtime_error(folder.string() + ": " + failed.message());
}

RunFiles::RunFiles(const std::filesystem::path& folder) : folder_(folder) {
  make_folder(folder);
  log_file_.open(folder_ / kLogName);
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

void RunFiles::add_totals(const measure::Tallies& totals, const report::RunTime& time) {
  for (const measure::OperationTally* tally : totals.all()) {
    const double from_s = measure::is_arrival(tally->name) ? 0 : time.warmup_s;
    const double length_s = time.warmup_s + time.measured_s - from_s;
    if (!tally->latency.empty()) {
      log_->write("total." + tally->name, from_s, length_s, tally->latency);
    }
    if (!tally->service.empty()) {
      log_->write("service." + tally->name, from_s, length_s, tally->service);
    }
  }
}

std::optional<std::string> RunFiles::finish(const measure::Series& series,
                                            const measure::Tallies& totals,
                                            const report::RunResult& result) {
  add_totals(totals, result.time);
  std::vector<std::string> failed;
  const auto close = [&](std::ofstream& file, const char* name) {
    file.close();
    if (!file) failed.push_back((folder_ / name).string());
  };
  close(log_file_, kLogName);
  std::ofstream series_file(folder_ / kSeriesName);
  series.write_csv(series_file);
  close(series_file, kSeriesName);
  std::ofstream run_file(folder_ / kUnfinishedRunName);
  run_file << report::write_run_json(result);
  close(run_file, kUnfinishedRunName);
  std::error_code error;
  if (run_file) std::filesystem::rename(folder_ / kUnfinishedRunName, folder_ / kRunName, error);
  if (error) failed.push_back((folder_ / kRunName).string());
  if (failed.empty()) return std::nullopt;
  return fmt::format("can't be written: {}", fmt::join(failed, ", "));
}

}  // namespace throng::play
