#pragma once

#include <string>
#include <string_view>

/// A run over time as one HTML page that needs nothing else: no network but the run's own events,
/// no fonts, no libraries.
namespace throng::view {

/// The page of a run that goes on, which asks for /events and lets it be ended at /stop with that
/// token. Empty: it can't be ended from there.
std::string live_html(std::string_view stop_token);
/// What that page may do: no script runs but its own.
std::string live_policy();

/// The page of a run that is over, with all that it shows in it. `document` is of document_json().
std::string finished_html(std::string_view document);

}  // namespace throng::view
