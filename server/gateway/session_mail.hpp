#pragma once

#include <memory>

#include "server/gateway/session_services.hpp"

/// What a shard does with mail about its sessions and its people.
namespace throng::gateway {

// What the rules want done, on the shard that holds the sessions concerned.
void carry_out(SessionServices& services, chat::Deliver& effect);
/// To how many sessions that writes.
std::size_t count_receivers(SessionServices& services, const chat::Deliver& effect);
/// Requires: it answers a session.
void carry_out(SessionServices& services, chat::Answer& effect);
void carry_out(SessionServices& services, chat::Page& effect);
void carry_out(SessionServices& services, chat::Notice& effect);
void carry_out(SessionServices& services, chat::MembershipChanged& effect);
void carry_out(SessionServices& services, chat::WindowOpened& effect);

/// Adds to the answer how those asked for stand.
/// Errors: throws boost::system::system_error when the directory can't be read.
void answer_presence(SessionServices& services, const cluster::AskPresence& mail,
                     chat::Answer& answer);
void unwatch(SessionServices& services, const cluster::Unwatch& mail);
void tell_presence(SessionServices& services, const cluster::PresenceChanged& mail);

/// The batch that the rules gave away is durable (ok), or nothing is known of it.
void settle(SessionServices& services, std::unique_ptr<chat::Batch> batch, bool ok);

}  // namespace throng::gateway
