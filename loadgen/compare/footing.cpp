#include "loadgen/compare/footing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace throng::compare {
namespace {

constexpr double kWidened = 2;
constexpr double kSameLength = 0.05;

class Judge {
 public:
  Judge(std::span<const Sample> base, std::span<const Sample> candidate)
      : base_(base), candidate_(candidate) {}

  Footing judge() && {
    look_for_problems();
    look_for_repeats();
    for (const auto& group : {base_, candidate_}) {
      for (const Sample& each : group) {
        must_be_alike(each);
        must_be_as_long(each);
      }
    }
    look_for_pairs();
    look_for_turns();
    look_for_kernels();
    return std::move(footing_);
  }

 private:
  void refuse(std::string why) { footing_.refusals.push_back(std::move(why)); }

  void widen(std::string why) {
    footing_.widening = kWidened;
    footing_.notes.push_back(std::move(why) + ": limits are doubled, and error rates not known");
  }

  void look_for_problems() {
    const auto refuse_problem = [&](const Sample& each) {
      if (!each.problem.empty()) refuse(fmt::format("{}: {}", each.path, each.problem));
    };
    for (const Sample& each : base_) refuse_problem(each);
    for (const Sample& each : candidate_) {
      if (!each.target_spoiled) refuse_problem(each);
    }
    for (const Sample& each : base_) {
      if (!each.ledger_holds) refuse(each.path + ": its ledger is violated, so it is no base");
    }
  }

  // A run that is there twice would make chance look small.
  void look_for_repeats() {
    std::vector<const Sample*> seen;
    for (const auto& group : {base_, candidate_}) {
      for (const Sample& each : group) {
        const bool known = std::any_of(seen.begin(), seen.end(),
                                       [&](const Sample* one) { return same_run(*one, each); });
        if (known) refuse(each.path + ": given twice");
        seen.push_back(&each);
      }
    }
  }

  void must_be_alike(const Sample& sample) {
    const Sample& first = base_.front();
    for (const auto& [what, expected] : first.identity) {
      const std::string found = identity_of(sample, what);
      if (found == expected) continue;
      refuse(fmt::format("{}: {} is \"{}\", and \"{}\" in {}", sample.path, what, found, expected,
                         first.path));
      return;
    }
  }

  // A drain or a stop by hand takes a moment more or less.
  void must_be_as_long(const Sample& sample) {
    if (sample.target_spoiled) return;
    const double expected = base_.front().length_s;
    if (std::abs(sample.length_s - expected) <= kSameLength * expected) return;
    refuse(fmt::format("{}: it took {:.1f} s, and {} {:.1f} s", sample.path, sample.length_s,
                       base_.front().path, expected));
  }

  void look_for_pairs() {
    footing_.paired = std::equal(base_.begin(), base_.end(), candidate_.begin(), candidate_.end(),
                                 [](const Sample& a, const Sample& b) { return a.seed == b.seed; });
    if (footing_.paired) return;
    footing_.notes.push_back(
        base_.size() == candidate_.size()
            ? "these aren't pairs, since their seeds differ: they are compared as two groups"
            : fmt::format("these aren't pairs, but {} and {} runs: they are compared as two groups",
                          base_.size(), candidate_.size()));
  }

  // ABBA changes sides once a pair; two blocks, once in all.
  void look_for_turns() {
    std::vector<std::pair<std::string, bool>> order;
    for (const Sample& each : base_) order.emplace_back(each.started, false);
    for (const Sample& each : candidate_) order.emplace_back(each.started, true);
    std::sort(order.begin(), order.end());
    std::size_t turns = 0;
    for (std::size_t i = 1; i < order.size(); ++i) {
      turns += order[i].second != order[i - 1].second ? 1 : 0;
    }
    if (turns >= std::min(base_.size(), candidate_.size())) return;
    widen(
        "the base and the candidate didn't take turns, so what changed in between counts as "
        "theirs");
  }

  void look_for_kernels() {
    std::set<std::string> kernels;
    for (const auto& group : {base_, candidate_}) {
      for (const Sample& each : group) kernels.insert(each.kernel);
    }
    if (kernels.size() > 1) widen("the machine's kernel isn't the same in all runs");
  }

  const std::span<const Sample> base_;
  const std::span<const Sample> candidate_;
  Footing footing_;
};

}  // namespace

Footing footing_of(std::span<const Sample> base, std::span<const Sample> candidate) {
  return Judge(base, candidate).judge();
}

}  // namespace throng::compare
