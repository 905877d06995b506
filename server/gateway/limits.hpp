#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "server/gateway/networks.hpp"
#include "server/gateway/token_bucket.hpp"

namespace throng::gateway {

/// What one client may cost, and all together at a time. The defaults hold for a server on the open
/// network.
struct Limits {
  /// Waiting for one session; above: slow_reader. For those who share a connection: so much each,
  /// up to 64 MiB, all together.
  std::size_t outbound_bytes = 1 << 20;
  std::size_t connections = 0;  ///< at once, all shards together
  std::size_t sessions_per_connection = 1024;
  /// How long a move of a cursor may wait for company on its way to the disk, and its receipt, or
  /// under load what goes to many, again for other events on the way to the session.
  std::chrono::milliseconds receipt_delay{20};
  std::chrono::seconds hello_timeout{10};
  std::chrono::seconds http_timeout{30};  ///< to read a request, and to answer it
  std::chrono::seconds heartbeat{30};     ///< a session is closed after two without a word
  std::chrono::seconds close_timeout{5};  ///< for the peer to take the last bytes
  std::size_t chats_catching_up = 8;      ///< of one session at a time
  std::size_t password_jobs = 64;         ///< waiting for the password thread
  std::size_t http_workers = 4;           ///< threads for HTTP calls that read the disk
  std::size_t http_jobs = 1024;           ///< waiting for these
  std::uint64_t asset_bytes = 16 << 20;   ///< of one asset
  std::chrono::seconds upload_timeout{120};
  std::size_t uploads = 64;      ///< of assets, at once
  std::size_t user_uploads = 8;  ///< of them, of one user
  /// Bytes of assets that one user may upload in a day; 0: no bound.
  std::uint64_t user_upload_bytes = std::uint64_t{2} << 30;
  std::size_t downloads = 256;  ///< the same
  /// From stopping on: for commits and last words, and what comes back is spread over as much.
  std::chrono::milliseconds drain{10'000};

  // How often
  Rate user_sends = Rate::of(100, 1000);           ///< of one user, messages
  Rate user_events = Rate::of(1000, 5000);         ///< of one user, all that sessions say
  Rate address_connections = Rate::of(100, 1000);  ///< from one address
  Rate address_logins = Rate::of(5, 50);           ///< from one address, with a password
  Rate connections_in_all = Rate::of(2000, 500);   ///< the others wait in the kernel's queue
  /// Addresses that speak for many: a proxy's, a load generator's. No limit by address holds there.
  Networks trusted = Networks::parse("127.0.0.0/8,::1/128");
};

}  // namespace throng::gateway
