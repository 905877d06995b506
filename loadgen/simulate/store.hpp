#pragma once

#include <functional>
#include <memory>

#include "server/chat/directory.hpp"
#include "server/chat/message_log.hpp"

namespace throng::simulate {

/// What a node's disk holds: it survives the node.
struct Store {
  std::unique_ptr<chat::Directory> directory;
  std::unique_ptr<chat::MessageLog> log;
};
using MakeStore = std::function<Store()>;

/// The server's own, in memory.
Store memory_store();

}  // namespace throng::simulate
