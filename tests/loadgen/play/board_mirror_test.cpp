#include "loadgen/play/board_mirror.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace throng::play {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

pacing::TimePoint at(pacing::Duration since_epoch) { return pacing::TimePoint{since_epoch}; }

/// Six users, of whom one machine plays 1 to 3 and another 4 to 6.
struct BoardMirrorTest : testing::Test {
  users::OnlineBoard board{1, 6};
  users::OnlineBoard their_board{1, 6};
  BoardMirror mirror{board, 1, 3, 6};
  BoardMirror theirs{their_board, 4, 3, 6};
};

TEST_F(BoardMirrorTest, TellsWhatOwnUsersChanged) {
  EXPECT_THAT(mirror.changes(), IsEmpty());
  board.set_online(2, at(5s));
  EXPECT_THAT(mirror.changes(), ElementsAre(BoardChange{2, 5'000'000'000}));
  EXPECT_THAT(mirror.changes(), IsEmpty()) << "once";
  board.set_offline(2);
  EXPECT_THAT(mirror.changes(), ElementsAre(BoardChange{2, users::OnlineBoard::kOffline}));
}

TEST_F(BoardMirrorTest, MakesTheOthersBoardTheSame) {
  board.set_online(3, at(5s));
  theirs.show(mirror.changes());
  EXPECT_TRUE(their_board.online_since(3, at(5s)));
  EXPECT_FALSE(their_board.online_since(3, at(4s)));
  EXPECT_THAT(theirs.changes(), IsEmpty()) << "it doesn't come back";
  board.set_offline(3);
  theirs.show(mirror.changes());
  EXPECT_FALSE(their_board.online_since(3, at(5s)));
}

TEST_F(BoardMirrorTest, LeavesAloneWhomOthersKnowNothingOf) {
  board.set_online(1, at(5s));
  mirror.show({{1, 7}, {0, 7}, {7, 7}, {4'000'000'000, 7}});
  EXPECT_FALSE(board.online_since(1, at(4s)));
}

}  // namespace
}  // namespace throng::play
