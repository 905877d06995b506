#include "server/gateway/session_catch_up.hpp"

namespace throng::gateway {

using protocol::Error;

// Who has just joined a chat may send to it before its messages have come: the answer then follows
// them, as that to a repeat.
void Session::on_answer(chat::Answer&& answer) {
  if (answer.error) services_.metrics.add(metrics::Metric::kClientErrors);
  if (catch_up_ && answer.sent_to && catch_up_->is_under_way(answer.sent_to)) {
    catch_up_->answers.emplace_back(answer.sent_to, std::move(answer.json));
  } else {
    add_events(answer.json);
  }
}

void Session::add_events(std::string_view events) {
  close_if_behind();
  append(events);
}

void Session::add_events_for_later(std::string_view events) {
  close_if_behind();
  std::string* out = gather_event();
  if (!out) return;
  out->append(events);
  if (flush_planned_ || later_planned_) return;
  later_planned_ = true;
  services_.flush_later(self_);
}

void Session::append(std::string_view events) {
  if (events.empty()) return;
  if (std::string* out = begin_event()) out->append(events);
}

std::string* Session::begin_event() {
  std::string* out = gather_event();
  if (out) will_flush();
  return out;
}

std::string* Session::gather_event() {
  if (ended_ || state_ == State::kClosing) return nullptr;
  if (gathered_.capacity() == 0) gathered_ = services_.buffers.borrow();
  if (!gathered_.empty()) gathered_.push_back('\n');
  return &gathered_;
}

void Session::close_if_behind() {
  if (waiting_bytes() <= services_.limits.outbound_bytes) return;
  flush();  // what gathered in this turn was never offered to the kernel
  if (ended_ || state_ == State::kClosing) return;
  if (waiting_bytes() <= services_.limits.outbound_bytes) return;
  services_.metrics.add(metrics::Metric::kClosedSlowReader);
  close(Error::kSlowReader);
}

void Session::fail(Error code, std::string_view detail, chat::ChatId chat, std::string_view cmid,
                   std::string_view ref, std::uint32_t retry_ms) {
  services_.metrics.add(metrics::Metric::kClientErrors);
  add(protocol::Failure{.code = code,
                        .detail = detail.empty() ? protocol::error_text(code) : detail,
                        .chat = chat,
                        .cmid = cmid,
                        .ref = ref,
                        .retry_ms = retry_ms});
}

void Session::will_flush() {
  if (flush_planned_) return;
  flush_planned_ = true;
  services_.unflushed.push_back(self_.slot);
}

void Session::flush() {
  flush_planned_ = false;
  if (ended_) return;
  later_planned_ = false;
  transmit(gathered_);
}

void Session::on_room() {
  if (!gathered_.empty()) return flush();
  ask_deferred_pages();
}

}  // namespace throng::gateway
