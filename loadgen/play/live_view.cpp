#include "loadgen/play/live_view.hpp"

#include <fmt/format.h>

#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <utility>

#include "loadgen/play/result.hpp"
#include "loadgen/play/validity.hpp"
#include "loadgen/serve/address.hpp"

namespace throng::play {
namespace {

constexpr std::chrono::seconds kTimeToLearnTheEnd{1};

/// The same address with a port that is free.
std::string any_port(const std::string& address) {
  const std::string host = serve::read_address(address, 0).host;
  return host.find(':') == host.npos ? host + ":0" : "[" + host + "]:0";
}

}  // namespace

std::vector<view::Bound> bounds_of(const report::ValidityFigures& validity) {
  std::vector<view::Bound> bounds;
  for (const BoundUse& each : bounds_used(validity)) {
    bounds.push_back({std::string(each.bound), each.ratio});
  }
  return bounds;
}

LiveView::LiveView(const RunOptions& options, const Prepared& prepared,
                   std::function<void()> on_stop)
    : folder_(options.out_dir.string()),
      thresholds_(prepared.thresholds),
      so_far_(planned_result(options, prepared)),
      page_(so_far_) {
  try {
    open(options.live, on_stop);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(
        fmt::format("live page at {}: {}", options.live.address, error.what()));
  }
}

void LiveView::open(const LiveOptions& options, const std::function<void()>& on_stop) {
  try {
    server_ = std::make_unique<view::LiveServer>(page_, options.address, on_stop);
    return;
  } catch (const boost::system::system_error& error) {
    if (!options.may_move) throw std::runtime_error(error.code().message());
    note_ = fmt::format("{}: {}", options.address, error.code().message());
  }
  try {
    server_ = std::make_unique<view::LiveServer>(page_, any_port(options.address), on_stop);
  } catch (const boost::system::system_error&) {
    // A run of which nobody can watch is better than none.
  }
}

std::optional<std::string> LiveView::url() const {
  return server_ ? std::optional(server_->url()) : std::nullopt;
}

void LiveView::add_second(const measure::SecondSnapshot& second, Part part) {
  if (part != Part::kDrain) totals_.add(second, part == Part::kMeasured);
  page_.add(view::row_of(second));
}

void LiveView::show(const LiveMoment& moment) {
  so_far_.time.warmup_s = moment.lead_in_s;
  so_far_.time.measured_s = moment.measured_s;
  so_far_.users.connected_peak = moment.connected_peak;
  so_far_.users.logins = moment.logins;
  so_far_.operations = totals_.operations();
  so_far_.ledger.expected = moment.standing.outstanding.due;
  so_far_.ledger.delivered = moment.standing.outstanding.seen;
  so_far_.validity = moment.validity;
  so_far_.thresholds.clear();
  view::Status status;
  for (const report::Threshold& each : thresholds_) {
    so_far_.thresholds.push_back(report::evaluate(each, so_far_));
    status.outlooks.push_back(outlook(each, so_far_.thresholds.back()));
  }
  status.phase = phase_name(moment.phase);
  status.elapsed_s = moment.elapsed_s;
  status.total_s = moment.total_s;
  status.pending_sends = moment.standing.outstanding.pending;
  status.bounds = bounds_of(moment.validity);
  status.run = so_far_;
  publish(std::move(status));
}

void LiveView::finish(const report::RunResult& result) {
  view::Status status = view::status_of(result, bounds_of(result.validity));
  status.folder = folder_;
  publish(std::move(status));
  if (server_) server_->await_readers(kTimeToLearnTheEnd);
}

void LiveView::publish(view::Status status) {
  page_.set(std::move(status));
  if (server_) server_->notify();
}

}  // namespace throng::play
