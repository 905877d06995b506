#include "loadgen/transport/transport.hpp"

namespace throng::transport {

std::string_view close_reason_name(CloseReason reason) {
  switch (reason) {
    case CloseReason::kByUs:
      return "closed_by_us";
    case CloseReason::kByPeer:
      return "closed";
    case CloseReason::kRefused:
      return "refused";
    case CloseReason::kTimeout:
      return "timeout";
    case CloseReason::kUnreachable:
      return "unreachable";
    case CloseReason::kRejected:
      return "rejected";
    case CloseReason::kProtocol:
      return "protocol";
    case CloseReason::kNoDescriptor:
      return "no_descriptor";
    case CloseReason::kNoPort:
      return "no_port";
    case CloseReason::kSlowPeer:
      return "slow_peer";
    case CloseReason::kTls:
      return "tls";
  }
  return "closed";
}

}  // namespace throng::transport
