#include "loadgen/users/social_graph.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <unordered_set>

#include "loadgen/measure/stamp.hpp"
#include "loadgen/pacing/random.hpp"

namespace throng::users {
namespace {

// Lanes of the random streams that nothing but the graph draws from. Stream 0 is no user's.
constexpr std::uint8_t kFriendsLane = 0xF0;
constexpr std::uint8_t kGroupsLane = 0xF1;

constexpr std::uint32_t kMinGroup = 3;
constexpr ChatIndex kNoChat = ~ChatIndex{0};

/// `value` on average, as one of the two whole numbers around it.
std::uint64_t round_at_random(double value, pacing::Random& random) {
  const double whole = std::floor(std::max(value, 0.0));
  return static_cast<std::uint64_t>(whole) + (random.chance(value - whole) ? 1 : 0);
}

template <class T>
void shuffle(std::vector<T>& items, pacing::Random& random) {
  for (std::size_t left = items.size(); left > 1; --left) {
    std::swap(items[left - 1], items[random.below(left)]);
  }
}

/// Deals users to groups: everybody once, in random order, before anybody again.
class Dealer {
 public:
  Dealer(std::uint64_t users, pacing::Random& random)
      : deck_(users), in_group_(users + 1), random_(random) {
    std::iota(deck_.begin(), deck_.end(), UserNumber{1});
    next_ = deck_.size();
  }

  /// Appends `size` different users. Requires: size <= users.
  void deal(std::uint32_t size, std::vector<UserNumber>& out) {
    ++group_;
    for (; size > 0; --size) {
      if (next_ == deck_.size()) {
        shuffle(deck_, random_);
        next_ = 0;
      }
      skip_members();
      in_group_[deck_[next_]] = group_;
      out.push_back(deck_[next_++]);
    }
  }

 private:
  // A group that goes over the end of the deck may meet its own members again: put them back.
  void skip_members() {
    for (std::size_t other = next_; in_group_[deck_[next_]] == group_;) {
      std::swap(deck_[next_], deck_[++other]);
    }
  }

  std::vector<UserNumber> deck_;
  std::size_t next_;
  std::vector<std::uint32_t> in_group_;  ///< by user: the last group dealt to
  std::uint32_t group_ = 0;
  pacing::Random& random_;
};

}  // namespace

SocialGraph::SocialGraph(const scenario::FriendsPlan& friends, const scenario::GroupsPlan& groups,
                         std::uint64_t users, std::uint64_t seed) {
  assert(users >= 1 && users <= 0xFFFF'FFFEu);
  make_friends(friends, users, seed);
  friend_chats_ = chat_begin_.size() - 1;
  make_groups(groups, users, seed);
  if (chat_begin_.size() - 1 > measure::kMaxStampChat) {
    throw std::length_error("the plan asks for more than 2^30 chats in one run");
  }
  chat_begin_.shrink_to_fit();
  members_.shrink_to_fit();
  index_by_user(users);
  roster_ = {chat_begin_, members_, user_begin_, user_chats_};
}

// The configuration model: as many open hands a user as friends are wanted, joined at random.
void SocialGraph::make_friends(const scenario::FriendsPlan& plan, std::uint64_t users,
                               std::uint64_t seed) {
  constexpr int kTries = 16;
  std::vector<UserNumber> hands;
  for (std::uint64_t user = 1; user <= users; ++user) {
    pacing::Random random(seed, user, kFriendsLane);
    const std::uint64_t wanted = round_at_random(plan.per_user.sample(random), random);
    hands.insert(hands.end(), std::min(wanted, users - 1), static_cast<UserNumber>(user));
  }
  pacing::Random random(seed, 0, kFriendsLane);
  shuffle(hands, random);

  std::unordered_set<std::uint64_t> pairs;
  pairs.reserve(hands.size() / 2);
  for (std::size_t at = 0; at + 1 < hands.size(); at += 2) {
    for (int tries = 0; tries < kTries; ++tries) {
      const auto [low, high] = std::minmax(hands[at], hands[at + 1]);
      if (low != high && pairs.insert(std::uint64_t{low} << 32 | high).second) {
        members_.insert(members_.end(), {low, high});
        chat_begin_.push_back(members_.size());
        break;
      }
      std::swap(hands[at + 1], hands[at + 1 + random.below(hands.size() - at - 1)]);
    }
  }
}

void SocialGraph::make_groups(const scenario::GroupsPlan& plan, std::uint64_t users,
                              std::uint64_t seed) {
  if (plan.per_user <= 0 || users < kMinGroup) return;
  pacing::Random random(seed, 0, kGroupsLane);
  Dealer dealer(users, random);
  auto places = round_at_random(plan.per_user * static_cast<double>(users), random);
  while (places >= kMinGroup) {
    const auto most = static_cast<double>(std::min(users, places));
    const double wanted = std::clamp(plan.size.sample(random), double{kMinGroup}, most);
    const auto size = static_cast<std::uint32_t>(
        std::min(static_cast<double>(round_at_random(wanted, random)), most));
    dealer.deal(size, members_);
    std::sort(members_.end() - size, members_.end());
    chat_begin_.push_back(members_.size());
    places -= size;
  }
}

void SocialGraph::index_by_user(std::uint64_t users) {
  user_begin_.assign(users + 1, 0);
  for (const UserNumber member : members_) ++user_begin_[member];
  std::partial_sum(user_begin_.begin(), user_begin_.end(), user_begin_.begin());

  user_chats_.resize(members_.size());
  chat_infos_.resize(members_.size());
  std::vector<std::uint64_t> next(user_begin_.begin(), user_begin_.end() - 1);
  for (std::size_t chat = 0; chat + 1 < chat_begin_.size(); ++chat) {
    const auto index = static_cast<ChatIndex>(chat);
    const auto members = static_cast<std::uint32_t>(chat_begin_[chat + 1] - chat_begin_[chat]);
    for (std::uint64_t at = chat_begin_[chat]; at < chat_begin_[chat + 1]; ++at) {
      const std::uint64_t seat = next[members_[at] - 1]++;
      user_chats_[seat] = index;
      chat_infos_[seat] = {index, kind_of(index), members};
    }
  }
}

std::span<const scenario::ChatInfo> SocialGraph::chats_of(UserNumber user) const {
  return std::span(chat_infos_)
      .subspan(user_begin_[user - 1], user_begin_[user] - user_begin_[user - 1]);
}

void SocialGraph::bind(protocol::UserId first_user, std::vector<protocol::ChatId> ids) {
  assert(ids.size() == chats());
  first_user_ = first_user;
  ids_ = std::move(ids);
  by_id_.assign(std::bit_ceil(2 * ids_.size() + 1), kNoChat);
  const std::size_t mask = by_id_.size() - 1;
  for (std::size_t chat = 0; chat < ids_.size(); ++chat) {
    std::size_t at = protocol::mix(ids_[chat].value) & mask;
    while (by_id_[at] != kNoChat) at = (at + 1) & mask;
    by_id_[at] = static_cast<ChatIndex>(chat);
  }
}

std::optional<UserNumber> SocialGraph::user_of(protocol::UserId id) const {
  if (id.value < first_user_.value || id.value - first_user_.value >= users()) {
    return std::nullopt;
  }
  return static_cast<UserNumber>(id.value - first_user_.value + 1);
}

std::optional<ChatIndex> SocialGraph::chat_of(protocol::ChatId id) const {
  const std::size_t mask = by_id_.size() - 1;
  for (std::size_t at = protocol::mix(id.value) & mask;; at = (at + 1) & mask) {
    if (by_id_[at] == kNoChat) return std::nullopt;
    if (ids_[by_id_[at]] == id) return by_id_[at];
  }
}

std::size_t SocialGraph::memory_bytes() const {
  const auto bytes_of = [](const auto& items) { return items.capacity() * sizeof(items[0]); };
  return sizeof(*this) + bytes_of(chat_begin_) + bytes_of(members_) + bytes_of(user_begin_) +
         bytes_of(user_chats_) + bytes_of(chat_infos_) + bytes_of(ids_) + bytes_of(by_id_);
}

}  // namespace throng::users
