#pragma once

#include <cstddef>

#include "loadgen/pacing/distribution.hpp"
#include "loadgen/pacing/random.hpp"

namespace throng::simulate {

/// What so many independent draws come to. Above 64 draws it is their mean, with the deviation of
/// 64 from theirs stretched to that of `draws`: the sum's mean and variance are exact, and its
/// shape, close to normal by then, is that of 64 draws. Not below 0 unless a draw is.
double sum_of_draws(const pacing::Distribution& each, std::size_t draws, pacing::Random& random);

}  // namespace throng::simulate
