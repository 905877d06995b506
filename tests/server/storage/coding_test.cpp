#include "server/storage/coding.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace throng::storage {
namespace {

TEST(Coding, KeysSortAsTheirNumbers) {
  EXPECT_LT(as_view(pair_key(5, 255)), as_view(pair_key(5, 256)));
  EXPECT_LT(as_view(pair_key(5, std::numeric_limits<std::uint64_t>::max())),
            as_view(pair_key(6, 0)));
  EXPECT_LT(as_view(number_key(127)), as_view(number_key(128)));
}

TEST(Coding, KeysGiveTheirNumbersBack) {
  const PairKey key = pair_key(0x0102030405060708, 0xfffefdfcfbfaf9f8);
  EXPECT_EQ(load_big_endian(as_view(key), 0), 0x0102030405060708u);
  EXPECT_EQ(load_big_endian(as_view(key), kNumberBytes), 0xfffefdfcfbfaf9f8u);
}

TEST(Coding, VarintsComeBackAtEveryLength) {
  for (unsigned bits = 0; bits < 64; ++bits) {
    const std::uint64_t number = std::uint64_t{1} << bits;
    const Varints varints(number - 1, number, ~number);
    ValueReader reader(varints.view());
    EXPECT_EQ(reader.varint(), number - 1);
    EXPECT_EQ(reader.varint(), number);
    EXPECT_EQ(reader.varint(), ~number);
    EXPECT_EQ(reader.rest(), "");
  }
}

TEST(Coding, ReaderTakesBytesThenTheRest) {
  ValueReader reader("abcde");
  EXPECT_EQ(reader.bytes(2), "ab");
  EXPECT_EQ(reader.rest(), "cde");
}

TEST(Coding, ReaderRefusesWhatIsCut) {
  EXPECT_THROW(ValueReader("").varint(), boost::system::system_error);
  EXPECT_THROW(ValueReader("\x80").varint(), boost::system::system_error);
  EXPECT_THROW(ValueReader("ab").bytes(3), boost::system::system_error);
  EXPECT_THROW(ValueReader(std::string(11, '\xff')).varint(), boost::system::system_error);
}

}  // namespace
}  // namespace throng::storage
