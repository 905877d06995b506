#include "loadgen/view/live_page.hpp"

#include <string_view>
#include <utility>

#include "loadgen/view/document.hpp"

namespace throng::view {
namespace {

// JSON has no line breaks, so an event's data is one line.
std::string event(std::string_view name, const std::string& data) {
  return std::string("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
}

}  // namespace

void LivePage::add(Row second) {
  const std::lock_guard lock(mutex_);
  history_.add(std::move(second));
}

void LivePage::set(Status status) {
  const std::lock_guard lock(mutex_);
  status_ = std::move(status);
  ++version_;
}

std::string LivePage::news(Reader& reader) const {
  std::unique_lock lock(mutex_);
  if (reader.version == version_) return "";
  const bool knows_rows =
      reader.version != 0 && reader.seconds_per_row == history_.seconds_per_row();
  // The last one that it was told may have been added to.
  const History news = knows_rows ? history_.from(reader.last_second) : history_;
  const Status status = status_;
  reader = {version_, history_.seconds_per_row(), history_.last_second()};
  lock.unlock();
  return knows_rows ? event("update", update_json(news.rows(), status))
                    : event("document", document_json(plan_, news, status));
}

bool LivePage::has_all(const Reader& reader) const {
  const std::lock_guard lock(mutex_);
  return status_.over && reader.version == version_;
}

}  // namespace throng::view
