#pragma once

#include <cstdint>
#include <vector>

#include "loadgen/users/online_board.hpp"

namespace throng::play {

/// A new entry on the board; see OnlineBoard::entry().
struct BoardChange {
  measure::UserNumber user = 0;
  std::int64_t entry = 0;

  friend bool operator==(const BoardChange&, const BoardChange&) = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(user, entry);
  }
};
using BoardChanges = std::vector<BoardChange>;

/// Keeps a machine's board the same as those of the others: finds what its own users changed, and
/// writes down what theirs did. Owned by one thread, beside the workers who use the board.
class BoardMirror {
 public:
  /// Own are the users first .. first + users - 1. Requires: the board outlives it, has users from
  /// 1 to `all` and nothing written on it yet.
  BoardMirror(users::OnlineBoard& board, measure::UserNumber first, std::uint32_t users,
              std::uint64_t all);

  /// The entries of own users that aren't what they were at the last call. Linear in own users.
  BoardChanges changes();
  /// Entries of own users and of nobody are left alone.
  void show(const BoardChanges& changes);

 private:
  users::OnlineBoard& board_;
  const measure::UserNumber first_;
  const std::uint64_t all_;
  std::vector<std::int64_t> told_;
};

}  // namespace throng::play
