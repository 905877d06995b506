#include "server/storage/rocks_store.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/memtablerep.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/container/small_vector.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <vector>

#include "server/storage/coding.hpp"
#include "server/storage/rocks_statistics.hpp"

namespace throng::storage {
namespace {

constexpr std::uint64_t kFormat = 2;
constexpr std::string_view kFormatKey = "format";
constexpr std::size_t kMiB = 1024 * 1024;

constexpr std::array<const char*, kFamilies> kFamilyNames = {
    "messages",  "cmids",        "cursors",     "users",     "emails",     "chats",
    "chat_keys", "members",      "memberships", "last_seen", "first_seqs", "push_marks",
    "pushes",    "push_records", "preferences", "meta",      "assets"};

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

Error error_of(const rocksdb::Status& status) {
  if (status.IsNoSpace()) return Error::kNoSpace;
  if (status.IsCorruption()) return Error::kCorrupt;
  return Error::kIo;
}

[[noreturn]] void fail(Error error, const std::string& what) {
  throw boost::system::system_error(make_error_code(error), what);
}

[[noreturn]] void fail_read(const rocksdb::Status& status) {
  fail(error_of(status), status.ToString());
}

// RocksDB has no code of its own for a directory that is taken; its texts are "lock hold by
// current process" and "While lock file: ...".
bool is_lock_conflict(const rocksdb::Status& status) {
  return status.IsIOError() && status.ToString().find("lock ") != std::string::npos;
}

[[noreturn]] void fail_open(const rocksdb::Status& status, const RocksOptions& options) {
  std::string what = options.directory.string() + ": " + status.ToString();
  if (is_lock_conflict(status)) fail(Error::kLocked, what);
  if (status.IsCorruption() && !options.drop_after_damage) {
    what += " (nothing was dropped; the store can be opened without what follows the damage)";
  }
  fail(error_of(status), what);
}

rocksdb::CompressionType compression(rocksdb::CompressionType wanted) {
  const auto supported = rocksdb::GetSupportedCompressions();
  const bool found = std::find(supported.begin(), supported.end(), wanted) != supported.end();
  return found ? wanted : rocksdb::kNoCompression;
}

/// Passes on RocksDB's warnings and errors; the rest is its diary. It takes the place of the
/// LOG file in the data directory: once a line of that couldn't be written, because the disk was
/// full, the next one fails an assertion that Debian's build of RocksDB 7.8 has on.
class WarningLogger final : public rocksdb::Logger {
 public:
  WarningLogger() : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}

  using rocksdb::Logger::Logv;
  void Logv(const char* format, std::va_list arguments) override {
    std::array<char, 1024> line;
    std::vsnprintf(line.data(), line.size(), format, arguments);
    std::string_view text = line.data();
    if (text.ends_with('\n')) text.remove_suffix(1);
    spdlog::warn("rocksdb: {}", text);
  }
};

// With kFsync every acknowledged write was synced, so only the end of a log may be torn: an
// incomplete last record is what a crash leaves of a write that nobody was told of, and is
// dropped. Damage anywhere else may be acknowledged data: the store refuses to open rather than
// lose it in silence. Point-in-time recovery would drop everything from there on and say nothing.
//
// Without syncs the kernel may have written later pages and not earlier ones when the power went;
// nothing was promised, and the longest undamaged beginning is the best there is: it has no holes.
rocksdb::WALRecoveryMode recovery_mode(const RocksOptions& options) {
  const bool refuse = options.durability == Durability::kFsync && !options.drop_after_damage;
  return refuse ? rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords
                : rocksdb::WALRecoveryMode::kPointInTimeRecovery;
}

rocksdb::DBOptions database_options(const RocksOptions& options) {
  rocksdb::DBOptions result;
  result.create_if_missing = true;
  result.create_missing_column_families = true;
  result.wal_recovery_mode = recovery_mode(options);
  // Without a log, what a crash leaves must be one moment of all families, not one of each.
  result.atomic_flush = options.durability == Durability::kNone;
  // The server's shards need the cores; one flush and one compaction keep up with them.
  result.max_background_jobs = options.background_threads;
  // Families that are seldom written hold the log back; the bound keeps recovery to seconds.
  result.max_total_wal_size = 256 * kMiB;
  // What all memtables together may take before the largest is flushed.
  result.db_write_buffer_size = 256 * kMiB;
  result.max_open_files = static_cast<int>(options.open_files);
  // Written files reach the disk evenly, so that a commit's sync doesn't wait behind a flush.
  result.bytes_per_sync = kMiB;
  // One thread commits, and hash memtables can't be written by several.
  result.allow_concurrent_memtable_write = false;
  result.info_log = std::make_shared<WarningLogger>();
  return result;
}

rocksdb::BlockBasedTableOptions table_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // Indexes and filters grow with the log; in the cache they stay within its bound. Those of the
  // newest files, which most reads want, are kept.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  return table;
}

/// A family of random keys that is read by prefix keeps its memtable as a hash table of short
/// lists: in one long list each insert would miss the cache a dozen times.
void hash_memtable(rocksdb::ColumnFamilyOptions& family, std::size_t prefix_bytes) {
  constexpr std::size_t kBuckets = 256 * 1024;
  family.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(prefix_bytes));
  family.memtable_factory.reset(rocksdb::NewHashSkipListRepFactory(kBuckets));
}

// Level compaction throughout: universal would write less, but needs room for a second copy of
// the log while it merges, and a full disk is a fault to survive, not to cause.
rocksdb::ColumnFamilyOptions family_options(Family family, rocksdb::BlockBasedTableOptions table) {
  rocksdb::ColumnFamilyOptions result;
  result.level_compaction_dynamic_level_bytes = true;
  result.compression = compression(rocksdb::kLZ4Compression);
  result.write_buffer_size = 8 * kMiB;
  switch (family) {
    case Family::kMessages:
      result.write_buffer_size = 64 * kMiB;
      // A chat's next message goes right behind its last, whose place is remembered.
      result.memtable_insert_with_hint_prefix_extractor.reset(
          rocksdb::NewFixedPrefixTransform(kNumberBytes));
      // A second memtable takes the writes while one is flushed; a third takes a slow disk.
      result.max_write_buffer_number = 3;
      // Nearly all of the log is old text, written once and seldom read.
      result.bottommost_compression = compression(rocksdb::kZSTD);
      // A page of 50 messages of 120 bytes is one block.
      table.block_size = 16 * 1024;
      // Messages are looked up by range or where they are known to be: a filter would only cost.
      table.filter_policy = nullptr;
      break;
    case Family::kCmids:
      // Each send asks for a key that is almost never there: filters answer, in memory and on disk.
      result.write_buffer_size = 32 * kMiB;
      result.max_write_buffer_number = 3;
      result.memtable_prefix_bloom_size_ratio = 0.05;
      result.memtable_whole_key_filtering = true;
      // One person's sends to one chat lie together; among them a place is quickly found.
      result.memtable_insert_with_hint_prefix_extractor.reset(
          rocksdb::NewFixedPrefixTransform(2 * kNumberBytes));
      break;
    case Family::kCursors:
      // The same few keys again and again: they are overwritten where they stand, or their lists
      // would grow with each move. A chat's cursors are read only before they are first written.
      result.write_buffer_size = 32 * kMiB;
      result.inplace_update_support = true;
      hash_memtable(result, kNumberBytes);
      break;
    default:
      break;
  }
  result.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return result;
}

std::vector<rocksdb::ColumnFamilyDescriptor> known_families(const RocksOptions& options) {
  const auto table = table_options(rocksdb::NewLRUCache(options.block_cache_bytes));
  std::vector<rocksdb::ColumnFamilyDescriptor> result;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    result.emplace_back(kFamilyNames[i], family_options(static_cast<Family>(i), table));
  }
  result.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions());
  return result;
}

// RocksDB opens all families or none. Those of a later release are opened too, so that it's the
// format number that turns the store away.
void add_unknown_families(std::vector<rocksdb::ColumnFamilyDescriptor>& families,
                          const rocksdb::DBOptions& options, const std::string& directory) {
  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies(options, directory, &names).ok()) return;
  for (const std::string& name : names) {
    const bool known = std::any_of(families.begin(), families.end(),
                                   [&](const auto& family) { return family.name == name; });
    if (!known) families.emplace_back(name, rocksdb::ColumnFamilyOptions());
  }
}

}  // namespace

struct RocksStore::Database {
  // Constant between opening and closing
  const std::shared_ptr<RocksStatistics> statistics = std::make_shared<RocksStatistics>();
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;

  // Any thread
  std::atomic<int> failure = 0;  ///< the Error of the last write; 0: none
  metrics::SecondsHistogram sync_seconds;

  rocksdb::ColumnFamilyHandle* family(Family family) const {
    return handles[static_cast<std::size_t>(family)];
  }

  std::uint64_t count(Family of, const std::string& property) const;

  void open(const RocksOptions& options) {
    const std::string directory = options.directory.string();
    rocksdb::DBOptions database = database_options(options);
    database.statistics = statistics;
    auto families = known_families(options);
    add_unknown_families(families, database, directory);
    rocksdb::DB* opened = nullptr;
    const auto status = rocksdb::DB::Open(database, directory, families, &handles, &opened);
    if (!status.ok()) fail_open(status, options);
    db.reset(opened);
  }

  rocksdb::Status close(Durability durability) {
    if (!db) return rocksdb::Status::OK();
    rocksdb::Status status;
    if (durability == Durability::kNone) status = db->Flush(rocksdb::FlushOptions(), handles);
    for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
    const rocksdb::Status closed = db->Close();
    db.reset();
    return status.ok() ? closed : status;
  }
};

struct RocksBatch::Writes {
  rocksdb::WriteBatch batch;
};

RocksBatch::RocksBatch(const RocksStore& store)
    : store_(store), writes_(std::make_unique<Writes>()) {}

RocksBatch::~RocksBatch() = default;

void RocksBatch::put(Family family, Parts key, Parts value) {
  // As many as most have stand on the stack.
  using Slices = boost::container::small_vector<rocksdb::Slice, 6>;
  Slices keys(key.size());
  Slices values(value.size());
  std::transform(key.begin(), key.end(), keys.begin(), slice);
  std::transform(value.begin(), value.end(), values.begin(), slice);
  writes_->batch.Put(store_.database_->family(family),
                     rocksdb::SliceParts(keys.data(), static_cast<int>(key.size())),
                     rocksdb::SliceParts(values.data(), static_cast<int>(value.size())));
}

void RocksBatch::remove(Family family, std::string_view key) {
  writes_->batch.Delete(store_.database_->family(family), slice(key));
}

void RocksBatch::clear() { writes_->batch.Clear(); }

RocksStore::RocksStore(const RocksOptions& options)
    : durability_(options.durability), database_(std::make_unique<Database>()) {
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error) fail(Error::kIo, options.directory.string() + ": " + error.message());
  database_->open(options);
  try {
    check_format();
  } catch (const boost::system::system_error& failure) {
    close();
    fail(static_cast<Error>(failure.code().value()), options.directory.string());
  }
}

RocksStore::~RocksStore() { close(); }

void RocksStore::check_format() {
  std::string value;
  if (get(Family::kMeta, kFormatKey, value)) {
    const std::uint64_t format = ValueReader(value).varint();
    if (format > kFormat) fail(Error::kNewerFormat, "");
    if (format == kFormat) return;
  }
  RocksBatch batch(*this);
  batch.put(Family::kMeta, {kFormatKey}, {Varints(kFormat).view()});
  const auto error = write(batch, Sync::kYes);
  if (error) throw boost::system::system_error(error);
}

boost::system::error_code RocksStore::close() {
  const rocksdb::Status status = database_->close(durability_);
  if (status.ok()) return {};
  return error_of(status);
}

Sync RocksStore::commit_sync() const {
  return durability_ == Durability::kFsync ? Sync::kYes : Sync::kNo;
}

boost::system::error_code RocksStore::write(const RocksBatch& batch, Sync sync) {
  if (const int failure = database_->failure.load(std::memory_order_relaxed)) {
    // What Resume itself answers while RocksDB tries on its own is only that it is busy.
    if (!database_->db->Resume().ok()) return static_cast<Error>(failure);
    database_->failure.store(0, std::memory_order_relaxed);
  }
  rocksdb::WriteOptions options;
  options.disableWAL = durability_ == Durability::kNone;
  options.sync = sync == Sync::kYes && !options.disableWAL;
  const auto began = std::chrono::steady_clock::now();
  const rocksdb::Status status = database_->db->Write(options, &batch.writes_->batch);
  if (options.sync) {
    const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - began;
    database_->sync_seconds.add(static_cast<std::uint64_t>(took.count()));
  }
  if (status.ok()) return {};
  const Error error = error_of(status);
  database_->failure.store(static_cast<int>(error), std::memory_order_relaxed);
  return error;
}

bool RocksStore::get(Family family, std::string_view key, std::string& value) const {
  const rocksdb::Status status =
      database_->db->Get(rocksdb::ReadOptions(), database_->family(family), slice(key), &value);
  if (!status.ok() && !status.IsNotFound()) fail_read(status);
  return status.ok();
}

boost::system::error_code RocksStore::compact(std::initializer_list<Family> families,
                                              std::atomic<bool>& stop) {
  rocksdb::Status status = database_->db->Flush(rocksdb::FlushOptions(), database_->handles);
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;
  options.canceled = &stop;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (const Family family : families) {
    if (!status.ok() || stop) break;
    status = database_->db->CompactRange(options, database_->family(family), nullptr, nullptr);
  }
  if (status.ok() || stop) return {};
  return error_of(status);
}

std::uint64_t RocksStore::Database::count(Family of, const std::string& property) const {
  std::uint64_t entries = 0;
  db->GetIntProperty(family(of), property, &entries);
  return entries;
}

std::uint64_t RocksStore::entries(Family family) const {
  return database_->count(family, rocksdb::DB::Properties::kEstimateNumKeys);
}

std::uint64_t RocksStore::entries_in_tables(Family family) const {
  const std::uint64_t in_memory =
      database_->count(family, rocksdb::DB::Properties::kNumEntriesActiveMemTable) +
      database_->count(family, rocksdb::DB::Properties::kNumEntriesImmMemTables);
  const std::uint64_t all = entries(family);
  return all - std::min(all, in_memory);
}

metrics::StoreFigures RocksStore::figures() const {
  using Properties = rocksdb::DB::Properties;
  const auto read = [&](const std::string& property) {
    std::uint64_t value = 0;
    database_->db->GetIntProperty(database_->family(Family::kMessages), property, &value);
    return value;
  };
  const auto sum = [&](const std::string& property) {
    std::uint64_t value = 0;
    database_->db->GetAggregatedIntProperty(property, &value);
    return value;
  };
  const auto count = [&](std::uint32_t ticker) {
    return database_->statistics->getTickerCount(ticker);
  };
  constexpr double kMicrosecond = 1e-6;
  return {.sync_seconds = database_->sync_seconds.read(),
          .cache_hits = count(rocksdb::BLOCK_CACHE_HIT),
          .cache_misses = count(rocksdb::BLOCK_CACHE_MISS),
          .cache_bytes = read(Properties::kBlockCacheUsage),
          .memtable_bytes = sum(Properties::kCurSizeAllMemTables),
          .pending_compaction_bytes = sum(Properties::kEstimatePendingCompactionBytes),
          .running_compactions = read(Properties::kNumRunningCompactions),
          .running_flushes = read(Properties::kNumRunningFlushes),
          .stall_seconds = kMicrosecond * static_cast<double>(count(rocksdb::STALL_MICROS)),
          .stopped = read(Properties::kIsWriteStopped) != 0};
}

void RocksStore::scan(Family family, std::string_view first, std::string_view end, Order order,
                      const Visitor& visit) const {
  const rocksdb::Slice lower = slice(first);
  const rocksdb::Slice upper = slice(end);
  rocksdb::ReadOptions options;
  options.iterate_lower_bound = &lower;
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> entry(
      database_->db->NewIterator(options, database_->family(family)));
  const bool rising = order == Order::kRising;
  rising ? entry->SeekToFirst() : entry->SeekToLast();
  while (entry->Valid() && visit(view(entry->key()), view(entry->value()))) {
    rising ? entry->Next() : entry->Prev();
  }
  if (!entry->status().ok()) fail_read(entry->status());
}

}  // namespace throng::storage
