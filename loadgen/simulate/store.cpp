#include "loadgen/simulate/store.hpp"

#include "server/storage/memory_directory.hpp"
#include "server/storage/memory_message_log.hpp"

namespace throng::simulate {

Store memory_store() {
  return {std::make_unique<storage::MemoryDirectory>(),
          std::make_unique<storage::MemoryMessageLog>()};
}

}  // namespace throng::simulate
