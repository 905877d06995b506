#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <string_view>
#include <vector>

namespace throng::gateway {

/// A list of networks, e.g. "127.0.0.0/8,::1/128,192.0.2.7".
class Networks {
 public:
  /// Commas between them; a bare address is a network of one. Empty: none.
  /// Errors: std::runtime_error naming what isn't a network.
  static Networks parse(std::string_view text);

  bool hold(const boost::asio::ip::address& address) const;

 private:
  void add(std::string_view text);

  std::vector<boost::asio::ip::network_v4> v4_;
  std::vector<boost::asio::ip::network_v6> v6_;
};

}  // namespace throng::gateway
