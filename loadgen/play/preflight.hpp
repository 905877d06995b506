#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "loadgen/play/run.hpp"
#include "loadgen/transport/http_client.hpp"
#include "loadgen/transport/target.hpp"

/// What a process that plays users looks at before it begins.
namespace throng::play {

/// Why a run can't begin, or can't go on without a crew; what() is a sentence for people. Caught in
/// play() and join_run().
class Refusal : public std::runtime_error {
 public:
  Refusal(ExitCode code, const std::string& sentence) : std::runtime_error(sentence), code_(code) {}

  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// That of a Refusal; kUsage for all others: a ScriptError, and what can't be had.
ExitCode code_of(const std::exception& failure);

/// Told again and again whether to go on; true: not.
using Interrupted = std::function<bool()>;

/// Errors: Refusal kUnreachable.
boost::asio::ip::tcp::endpoint find_target(const transport::Target& target);

/// The addresses to connect from; see machine::Fit. `processes` of this machine share the users,
/// and `per_connection` users a connection.
/// Errors: Refusal kUsage when so many users don't fit.
std::vector<boost::asio::ip::address> check_fit(std::uint64_t users,
                                                const boost::asio::ip::tcp::endpoint& endpoint,
                                                unsigned processes, std::uint32_t per_connection);

/// The version of the target, which gets a moment to start. Errors: Refusal kUnreachable when it
/// doesn't answer as one that is well.
std::string reach_target(const transport::Target& target, transport::HttpClient& http,
                         const Interrupted& interrupted);

/// Errors: Refusal kInterrupted.
void refuse_if(const Interrupted& interrupted);

inline constexpr std::chrono::seconds kRequestTimeout{30};

}  // namespace throng::play
