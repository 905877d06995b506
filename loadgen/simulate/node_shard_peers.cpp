// What a shard has to do with other nodes: mail, and connections that are there while their users'
// home is here, or the other way round.

#include <algorithm>
#include <utility>

#include "loadgen/simulate/fleet.hpp"
#include "loadgen/simulate/node_shard.hpp"

namespace throng::simulate {

using protocol::Error;

namespace {

/// What the rules say to who isn't in a chat.
chat::Page nothing_of(const chat::Attach& attach) {
  chat::Page page{
      .to = attach.from, .attempt = attach.attempt, .complete = true, .member = false, .state = {}};
  page.state.chat = attach.chat;
  return page;
}

const chat::Attach* attach_of(const cluster::Mail& mail) {
  const auto* command = std::get_if<chat::Command>(&mail);
  return command ? std::get_if<chat::Attach>(command) : nullptr;
}

}  // namespace

// ---- Mail ----

void NodeShard::send(chat::ShardIndex to, cluster::Mail mail) {
  const chat::Attach* const attach = attach_of(mail);
  if (attach && is_gone(node_of(to))) return post(index_, chat::Effect(nothing_of(*attach)));
  post(to, std::move(mail));
}

void NodeShard::post(chat::ShardIndex to, Letter letter) {
  const NodeIndex node = node_of(to);
  if (node == node_.node) return parts_.fleet.node(node).take(to, std::move(letter));
  if (is_gone(node)) return;
  parts_.inside.send(node_.node, node, lives_[node], {.to = to, .letter = std::move(letter)});
}

cluster::Load NodeShard::load(chat::ShardIndex to) const {
  const NodeIndex node = node_of(to);
  if (is_gone(node)) return cluster::Load::kFull;
  const NodeShard* const shard = parts_.fleet.find(to);
  if (!shard) return cluster::Load::kNormal;
  const std::size_t letters = shard->depth() + parts_.inside.under_way(node_.node, node);
  return std::max(shard->load(), cluster::load_by_mail(letters));
}

// ---- Connections ----

void NodeShard::pass_on(FromClient& said) {
  const chat::ShardIndex home = parts_.fleet.home_of(said.key.link);
  if (!is_gone(node_of(home))) return post(home, std::move(said));
  if (said.kind == FromClient::Kind::kOpen) parts_.links.refuse(said.key);
}

void NodeShard::answer(chat::ShardIndex door, ToClient said) {
  door == index_ ? serve(said) : post(door, std::move(said));
}

void NodeShard::serve(ToClient& said) {
  switch (said.kind) {
    case ToClient::Kind::kAccepted:
      return parts_.links.accept(said.key);
    case ToClient::Kind::kText:
      return parts_.links.to_client(said.key, std::move(said.text), said.wants_room);
    case ToClient::Kind::kHangUp:
      return parts_.links.hang_up(said.key, said.close_code);
  }
}

// ---- Deaths and returns ----

void NodeShard::serve(const PeerNews& news) { news.life == 0 ? lose(news.node) : meet(news); }

template <class Each>
void NodeShard::for_each_session(Each&& each) {
  services_.sessions.for_each(
      [&](gateway::Session& session) { each(static_cast<SimulatedSession&>(session)); });
}

bool NodeShard::has_chats_on(NodeIndex node, protocol::UserId user) const {
  const auto chats = node_.directory.chats_of(user);
  return std::ranges::any_of(
      chats, [&](chat::ChatId chat) { return node_of(parts_.placement.of(chat)) == node; });
}

// Sessions whose connections were there are over. Those that wait for pages from there would wait
// in vain: they begin again, without those chats. Who has his home there loses the connection.
void NodeShard::lose(NodeIndex node) {
  lives_[node] = 0;
  for_each_session([&](SimulatedSession& session) {
    if (node_of(session.door()) == node) {
      session.on_gone();
    } else if (session.is_catching_up() && has_chats_on(node, session.user())) {
      session.close(Error::kGoingAway);
    }
  });
  parts_.links.for_each_with(node_.node, [&](LinkKey key) {
    const bool is_own = parts_.fleet.door_of(key.link, node_.node) == index_;
    if (!is_own || node_of(parts_.fleet.home_of(key.link)) != node) return;
    parts_.links.hang_up(key, protocol::close_code(Error::kGoingAway));
  });
}

// What sessions were attached to there is gone with the earlier life. They depart before the new
// one can be told of it: to that their words mean nothing.
void NodeShard::meet(const PeerNews& news) {
  for_each_session([&](SimulatedSession& session) {
    if (has_chats_on(news.node, session.user())) session.close(Error::kGoingAway);
  });
  services_.let_sessions_depart();
  lives_[news.node] = news.life;
}

}  // namespace throng::simulate
