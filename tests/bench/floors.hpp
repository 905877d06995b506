#pragma once

#include <cstddef>

/// Floors: what the kernel alone asks for the work of a row, with no chat server around it. Each
/// prints one JSON object.
namespace throng::bench {

/// A client keeps one 100-byte WebSocket text in flight on each connection, a server sends each
/// back; each on a thread of its own.
void echo_floor(std::size_t connections, std::size_t seconds);
/// A server writes that many 200-byte messages at once, again and again, to each connection of a
/// group; a client on another thread reads them.
void gathered_floor(std::size_t connections, std::size_t messages, std::size_t seconds);
/// A server accepts connections, answers the upgrade and the hello, and sees them go.
void upgrade_floor(std::size_t seconds);
/// A server that answers each HTTP request with as many bytes, until it is killed. Prints its port
/// and waits.
void http_floor(std::size_t body_bytes);

}  // namespace throng::bench
