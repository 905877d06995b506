#pragma once

#include <memory>
#include <string>

#include "tls/channel.hpp"

struct ssl_ctx_st;

namespace throng::tls {

/// What all connections of one side have in common: TLS 1.2 or 1.3, ciphers with forward secrecy
/// and authentication of what is sent, and HTTP/1.1 as the only protocol above. Any thread.
class Context {
 public:
  ssl_ctx_st* native() const { return context_.get(); }

 protected:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  explicit Context(std::unique_ptr<ssl_ctx_st, Free> context);
  ~Context() = default;

  std::unique_ptr<ssl_ctx_st, Free> context_;
};

class ServerContext final : public Context {
 public:
  /// PEM files: the server's certificate with those that lead from it to a root, and its key.
  /// Errors: std::runtime_error naming the file and what is wrong with it.
  ServerContext(const std::string& certificate_file, const std::string& key_file);

  std::unique_ptr<Channel> accept(int descriptor) const;
};

/// Whom a client takes for the server that it wants.
struct Trust {
  std::string certificates;  ///< PEM, of those who may vouch for it; empty: as the system has it
  bool anybody = false;      ///< without a look at the certificate
};

class ClientContext final : public Context {
 public:
  /// Errors: std::runtime_error when the certificates can't be read.
  explicit ClientContext(const Trust& trust);

  /// `host`: the name or address that the server's certificate must be for.
  std::unique_ptr<Channel> connect(int descriptor, const std::string& host) const;
  /// The same for a connection that somebody else makes.
  static void expect_host(ssl_st& ssl, const std::string& host);
};

}  // namespace throng::tls
