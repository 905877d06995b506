#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loadgen/transport/http_client.hpp"
#include "loadgen/users/social_graph.hpp"
#include "protocol/ids.hpp"

/// Making a run's chats at the target, through its HTTP API and with an admin's token.
namespace throng::play {

/// Members that fit into one request beside everything else; more are added to the chat later.
inline constexpr std::size_t kMaxMembersPerRequest = 4'000;
inline constexpr std::size_t kMaxChatsPerRequest = 1'000;

/// One body of `POST /chats`, and which chats it makes: from `first` on, `chats` of them.
///
///   {"members":[70001,70002],"key":"run5f3a-0"}
///   {"members":[70001,70007],"key":"run5f3a-1"}
struct ChatBatch {
  std::size_t first = 0;
  std::size_t chats = 0;
  std::string body;
};

/// Whom the target knows as a run's users, and what makes its chats the run's own: a chat that was
/// made before under the same tag is found again instead of being made twice.
struct SetupNames {
  protocol::UserId first_user;
  std::string run_tag;
};

/// As many chats from `first` on as one request takes. Requires: first < graph.chats().
ChatBatch next_batch(const users::SocialGraph& graph, const SetupNames& names, std::size_t first);

/// Why the chats couldn't be made: a sentence.
struct SetupError {
  std::string message;
  unsigned status = 0;  ///< of the HTTP answer; 0: none came
};

/// The ids in an answer to a batch of `chats`.
/// Errors: quote the line that isn't a chat, or say that lines are missing.
boost::system::result<std::vector<protocol::ChatId>, SetupError> read_batch_answer(
    std::string_view body, std::size_t chats);

/// Makes all chats of the graph, one request after the other, and gives their ids in order.
/// `on_progress` is told after each request how many there are; it returns false to stop, which
/// gives the chats made so far.
boost::system::result<std::vector<protocol::ChatId>, SetupError> make_chats(
    transport::HttpClient& http, const users::SocialGraph& graph, const SetupNames& names,
    const std::function<bool(std::size_t made)>& on_progress);

}  // namespace throng::play
