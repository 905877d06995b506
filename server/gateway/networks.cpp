#include "server/gateway/networks.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace throng::gateway {

namespace ip = boost::asio::ip;

namespace {

template <class Network, class Address>
bool any_holds(const std::vector<Network>& networks, const Address& address) {
  return std::ranges::any_of(networks, [&](const Network& network) {
    return Network(address, network.prefix_length()).canonical() == network;
  });
}

}  // namespace

Networks Networks::parse(std::string_view text) {
  Networks networks;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    networks.add(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return networks;
}

void Networks::add(std::string_view text) {
  std::string network(text);
  const bool is_v6 = network.find(':') != std::string::npos;
  if (network.find('/') == std::string::npos) network += is_v6 ? "/128" : "/32";
  boost::system::error_code error;
  if (is_v6) {
    v6_.push_back(ip::make_network_v6(network, error).canonical());
  } else {
    v4_.push_back(ip::make_network_v4(network, error).canonical());
  }
  if (error) {
    throw std::runtime_error("\"" + std::string(text) +
                             "\" is no network, e.g. 192.0.2.0/24 or ::1/128");
  }
}

bool Networks::hold(const ip::address& address) const {
  if (address.is_v4()) return any_holds(v4_, address.to_v4());
  const ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return any_holds(v4_, ip::make_address_v4(ip::v4_mapped, v6));
  return any_holds(v6_, v6);
}

}  // namespace throng::gateway
