#include "server/storage/epochs.hpp"

#include <boost/system/system_error.hpp>
#include <string>
#include <string_view>

#include "server/storage/coding.hpp"

namespace throng::storage {
namespace {

constexpr std::string_view kEpochsKey = "epochs";

}  // namespace

chat::Epochs begin_epoch(RocksStore& store, std::uint64_t own) {
  chat::Epochs epochs;
  std::string value;
  if (store.get(Family::kMeta, kEpochsKey, value)) {
    for (std::size_t at = 0; at + kNumberBytes <= value.size(); at += kNumberBytes) {
      epochs.all.push_back(load_big_endian(value, at));
    }
  }
  epochs.all.push_back(own);
  if (epochs.all.size() > kMaxEpochs) epochs.all.erase(epochs.all.begin());
  value.clear();
  for (const std::uint64_t epoch : epochs.all) value.append(as_view(number_key(epoch)));
  RocksBatch batch(store);
  batch.put(Family::kMeta, {kEpochsKey}, {value});
  if (const auto error = store.write(batch, store.commit_sync())) {
    throw boost::system::system_error(error);
  }
  return epochs;
}

}  // namespace throng::storage
