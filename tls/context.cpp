#include "tls/context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <string_view>
#include <utility>

namespace throng::tls {
namespace {

constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
/// RFC 7301 section 3.1: each name behind its length.
constexpr std::string_view kProtocols = "\x08http/1.1";

const unsigned char* as_bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string why() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason ? reason : "it isn't PEM";
}

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + why()); }

/// A key with a passphrase would be asked for on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* common = nullptr;
  const int found = SSL_select_next_proto(&common, size, as_bytes(kProtocols), kProtocols.size(),
                                          offered, offered_size);
  *chosen = common;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void trust_certificates(SSL_CTX& context, const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  int known = 0;
  while (X509* certificate = PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr)) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(&context), certificate);
    X509_free(certificate);
    ++known;
  }
  if (known == 0) fail("no certificate of an authority");
  ERR_clear_error();  // the end of the text
}

}  // namespace

void Context::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Context::Context(std::unique_ptr<ssl_ctx_st, Free> context) : context_(std::move(context)) {
  SSL_CTX* const made = native();
  if (!made) fail("TLS");
  SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(made, kCiphers);
  SSL_CTX_set_options(
      made, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(made, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                             SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(made, 1);
}

ServerContext::ServerContext(const std::string& certificate_file, const std::string& key_file)
    : Context(std::unique_ptr<ssl_ctx_st, Free>(SSL_CTX_new(TLS_server_method()))) {
  SSL_CTX_set_default_passwd_cb(native(), no_passphrase);
  if (SSL_CTX_use_certificate_chain_file(native(), certificate_file.c_str()) != 1) {
    fail("certificate \"" + certificate_file + "\"");
  }
  if (SSL_CTX_use_PrivateKey_file(native(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    fail("key \"" + key_file + "\"");
  }
  // Who comes back has a ticket; nothing is kept for it here.
  SSL_CTX_set_session_cache_mode(native(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(native(), 1);
  SSL_CTX_set_alpn_select_cb(native(), choose_protocol, nullptr);
}

std::unique_ptr<Channel> ServerContext::accept(int descriptor) const {
  Channel::Handle ssl(SSL_new(native()));
  if (!ssl) throw std::bad_alloc();
  SSL_set_accept_state(ssl.get());
  return std::make_unique<Channel>(std::move(ssl), descriptor);
}

ClientContext::ClientContext(const Trust& trust)
    : Context(std::unique_ptr<ssl_ctx_st, Free>(SSL_CTX_new(TLS_client_method()))) {
  SSL_CTX_set_alpn_protos(native(), as_bytes(kProtocols), kProtocols.size());
  SSL_CTX_set_session_cache_mode(native(), SSL_SESS_CACHE_OFF);
  if (trust.anybody) return;
  SSL_CTX_set_verify(native(), SSL_VERIFY_PEER, nullptr);
  if (trust.certificates.empty()) {
    SSL_CTX_set_default_verify_paths(native());
  } else {
    trust_certificates(*native(), trust.certificates);
  }
}

void ClientContext::expect_host(ssl_st& ssl, const std::string& host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(&ssl), host.c_str()) == 1) return;
  SSL_set1_host(&ssl, host.c_str());
  SSL_set_tlsext_host_name(&ssl, host.c_str());
}

std::unique_ptr<Channel> ClientContext::connect(int descriptor, const std::string& host) const {
  Channel::Handle ssl(SSL_new(native()));
  if (!ssl) throw std::bad_alloc();
  expect_host(*ssl, host);
  SSL_set_connect_state(ssl.get());
  return std::make_unique<Channel>(std::move(ssl), descriptor);
}

}  // namespace throng::tls
