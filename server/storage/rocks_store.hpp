#pragma once

#include <atomic>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "server/metrics/store_figures.hpp"
#include "server/storage/error.hpp"

namespace throng::storage {

/// What a write that returned has survived.
enum class Durability : std::uint8_t {
  kFsync,  ///< the loss of power: the write-ahead log is synced
  kOs,     ///< the death of the process: the write-ahead log is handed to the operating system
  kNone,   ///< nothing but a clean close; after a crash, an earlier state of the whole store
};

struct RocksOptions {
  std::filesystem::path directory;  ///< made if missing
  Durability durability = Durability::kFsync;
  std::size_t block_cache_bytes = 256 * 1024 * 1024;
  int background_threads = 2;     ///< flushes and compactions at once
  std::size_t open_files = 1000;  ///< tables held open at once; opened again beyond that
  /// Opens a store whose write-ahead log is damaged elsewhere than at its end, and drops all that
  /// comes after the damage. For people who have no better copy.
  bool drop_after_damage = false;
};

/// The store's column families. Numbers in keys are 8 bytes, big-endian (see coding.hpp).
enum class Family : std::uint8_t {
  kMessages,     ///< chat, seq → from, time, cmid, body
  kCmids,        ///< chat, user, cmid → seq, time
  kCursors,      ///< chat, user → delivered, read
  kUsers,        ///< user → e-mail, name, password hash
  kEmails,       ///< e-mail in lower case → user
  kChats,        ///< chat → creator, created, name, key
  kChatKeys,     ///< creator, key → chat
  kMembers,      ///< chat, user → joined after, left after, present
  kMemberships,  ///< user, chat → nothing; only while the user is in the chat
  kLastSeen,     ///< user → time
  kFirstSeqs,    ///< chat → the seq that the messages which are still there begin at
  kPushMarks,    ///< chat, seq → nothing; until somebody looked who is to get a push
  kPushes,       ///< push → what it says, when it is due (notify/rocks_push_store.cpp)
  kPushRecords,  ///< number → what became of a push
  kPreferences,  ///< user → JSON
  kMeta,         ///< "format", "next_user", "next_chat" → a number; "epochs" → numbers
  kAssets,       ///< asset, 'u' or 'c', user or chat → newest seq, type
};
inline constexpr std::size_t kFamilies = 17;

enum class Order : std::uint8_t { kRising, kFalling };
enum class Sync : std::uint8_t { kNo, kYes };

class RocksStore;

/// Writes that happen together or not at all. Keeps its memory from use to use. One thread.
class RocksBatch {
 public:
  /// A key or a value in pieces that are stored one behind the other.
  using Parts = std::initializer_list<std::string_view>;

  explicit RocksBatch(const RocksStore& store);
  ~RocksBatch();

  void put(Family family, Parts key, Parts value);
  void remove(Family family, std::string_view key);
  void clear();

 private:
  friend class RocksStore;
  struct Writes;

  const RocksStore& store_;
  std::unique_ptr<Writes> writes_;
};

/// The one RocksDB database that the message log and the directory share, so that both have one
/// write-ahead log. The only source that knows RocksDB is rocks_store.cpp.
///
/// Any thread may call anything but `close`. Reads throw boost::system::system_error when the disk
/// fails or the data are damaged: an answer without them (an empty chat, a cmid never seen) would
/// be taken for the truth and make the loss lasting.
class RocksStore {
 public:
  /// Opens the store or makes it.
  /// Errors: throws boost::system::system_error with kLocked, kNewerFormat, kCorrupt, kNoSpace or
  /// kIo, and a text that names the directory.
  explicit RocksStore(const RocksOptions& options);
  ~RocksStore();

  /// Flushes what only memory holds (kNone) and lets go of the directory; twice is harmless.
  /// Requires: nobody reads or writes any more.
  boost::system::error_code close();

  /// What a commit owes to the durability that the store was opened with.
  Sync commit_sync() const;

  /// Writes the batch; with kYes it and everything written before have reached the disk on return
  /// (except under kNone). After a failure, each further call first tries to bring the database
  /// back: that works for a disk that was full and has room for a memtable again (64 MiB), else the
  /// store has to be opened anew.
  boost::system::error_code write(const RocksBatch& batch, Sync sync);

  /// False when there is no such key.
  bool get(Family family, std::string_view key, std::string& value) const;

  /// Writes the tables of these families anew, without what was removed, and lets go of the log
  /// that held it. Takes its time, until `stop` at most; reads and writes go on.
  boost::system::error_code compact(std::initializer_list<Family> families,
                                    std::atomic<bool>& stop);

  /// How many entries a family has, about.
  std::uint64_t entries(Family family) const;
  /// How many entries of a family are in tables on disk, about: not those in memory and in the log
  /// only.
  std::uint64_t entries_in_tables(Family family) const;

  /// Any thread.
  metrics::StoreFigures figures() const;

  using Visitor = std::function<bool(std::string_view key, std::string_view value)>;
  /// Visits the entries with first <= key < end until `visit` returns false.
  void scan(Family family, std::string_view first, std::string_view end, Order order,
            const Visitor& visit) const;

 private:
  friend class RocksBatch;
  struct Database;

  void check_format();

  // Constant after construction
  const Durability durability_;
  const std::unique_ptr<Database> database_;
};

}  // namespace throng::storage
