#include "protocol/token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "protocol/events.hpp"

namespace throng::protocol {
namespace {

constexpr std::string_view kSecret = "correct horse battery staple";
constexpr TimeMs kExpires = 1767225600000;
constexpr TimeMs kNow = kExpires - 60'000;
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";

// Made with Python's hmac, hashlib and base64 modules.
constexpr std::string_view kKnownUser =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxNyIsImV4cCI6MTc2NzIyNTYwMH0."
    "0Cyxkll1NMSb1Kgo-8KJEnsWyI-9y3E58rG8nc_yb9w";
constexpr std::string_view kKnownAdmin =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxNyIsImV4cCI6MTc2NzIyNTYwMCwiYWRtIjp0cnVlfQ."
    "jerrFyiEzCoTXD00hE4lW1cWwDF0PGwhyDCoy6OrrYs";
/// {"typ":"JWT","alg":"HS256"} and {"iat":1767220000,"exp":1767225600,"sub":17}
constexpr std::string_view kKnownForeign =
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9."
    "eyJpYXQiOjE3NjcyMjAwMDAsImV4cCI6MTc2NzIyNTYwMCwic3ViIjoxN30."
    "9MFXxAGyMed5qoxB4Kd4L2sa9-SVhOl1ZAovWhSdh4Q";
/// The claims of kKnownUser under a secret of 100 times 'k', longer than a block of SHA-256.
constexpr std::string_view kKnownLongSecret =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxNyIsImV4cCI6MTc2NzIyNTYwMH0."
    "8ouwqyPH57vb-eZWk8h-PMXLSygnkkZv3PgDSTIDhTE";

std::string base64url(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  text.pop_back();
  return text;
}

/// A token with a signature that holds, whatever it says.
std::string signed_token(std::string_view header, std::string_view payload) {
  std::string token = base64url(header) + '.' + base64url(payload);
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(kSecret.data()),
                              kSecret.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(token.data()),
                                token.size());
  std::string signature(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(signature.data()));
  return token + '.' + base64url(signature);
}

bool accepts(std::string_view token, TimeMs now = kNow) {
  const auto claims = TokenKey(kSecret).verify(token, now);
  EXPECT_TRUE(claims.has_value() || claims.error() == Error::kBadToken);
  return claims.has_value();
}

TEST(Token, MintsTheKnownTokens) {
  const TokenKey key(kSecret);
  EXPECT_EQ(key.mint({.user = UserId{17}, .expires = kExpires, .admin = false}), kKnownUser);
  EXPECT_EQ(key.mint({.user = UserId{17}, .expires = kExpires, .admin = true}), kKnownAdmin);
  EXPECT_EQ(TokenKey(std::string(100, 'k')).mint({.user = UserId{17}, .expires = kExpires}),
            kKnownLongSecret);
}

TEST(Token, VerifiesWhatItMinted) {
  const TokenKey key(kSecret);
  for (const bool admin : {false, true}) {
    const auto claims =
        key.verify(key.mint({.user = UserId{kMaxId}, .expires = kExpires, .admin = admin}), kNow);
    ASSERT_TRUE(claims.has_value());
    EXPECT_EQ(claims->user, UserId{kMaxId});
    EXPECT_EQ(claims->expires, kExpires);
    EXPECT_EQ(claims->admin, admin);
  }
}

TEST(Token, VerifiesATokenOfAnotherLibrary) {
  const auto claims = TokenKey(kSecret).verify(kKnownForeign, kNow);
  ASSERT_TRUE(claims.has_value());
  EXPECT_EQ(claims->user, UserId{17});
  EXPECT_FALSE(claims->admin);
}

TEST(Token, EndsAtItsTime) {
  EXPECT_TRUE(accepts(kKnownUser, kExpires - 1));
  EXPECT_FALSE(accepts(kKnownUser, kExpires));
  EXPECT_FALSE(accepts(kKnownUser, kExpires + 1));
}

TEST(Token, ChangingAnyCharacterBreaksIt) {
  for (std::size_t i = 0; i < kKnownAdmin.size(); ++i) {
    for (const char other : {'A', 'b', '-', '.', '=', '\0'}) {
      std::string token(kKnownAdmin);
      if (token[i] == other) continue;
      token[i] = other;
      EXPECT_FALSE(accepts(token)) << "character " << i << " as " << other;
    }
  }
}

TEST(Token, CuttingItAnywhereBreaksIt) {
  for (std::size_t size = 0; size < kKnownUser.size(); ++size) {
    EXPECT_FALSE(accepts(kKnownUser.substr(0, size))) << size;
  }
}

TEST(Token, AddingToItBreaksIt) {
  const std::string token(kKnownUser);
  for (const char* more : {"A", "=", ".", " ", "\n"}) {
    EXPECT_FALSE(accepts(token + more)) << more;
    EXPECT_FALSE(accepts(more + token)) << more;
  }
}

TEST(Token, AnotherSecretBreaksIt) {
  EXPECT_TRUE(TokenKey("correct horse battery stable").verify(kKnownUser, kNow).has_error());
}

TEST(Token, RefusesAlgNone) {
  const std::string payload = R"({"sub":"17","exp":1767225600})";
  for (const std::string header : {R"({"alg":"none"})", R"({"alg":"none","typ":"JWT"})"}) {
    EXPECT_FALSE(accepts(base64url(header) + '.' + base64url(payload) + '.'));
    EXPECT_FALSE(accepts(base64url(header) + '.' + base64url(payload)));
    EXPECT_FALSE(accepts(signed_token(header, payload)));
  }
}

TEST(Token, HeaderRules) {
  const std::string payload = R"({"sub":"17","exp":1767225600})";
  EXPECT_TRUE(accepts(signed_token(kHeader, payload)));
  EXPECT_TRUE(accepts(signed_token(R"({"alg":"HS256"})", payload)));
  EXPECT_TRUE(accepts(signed_token(R"({"alg":"HS256","kid":"2"})", payload)));
  for (const char* header :
       {R"({"alg":"hs256"})", R"({"alg":"HS512"})", R"({"alg":"RS256"})", R"({"alg":["HS256"]})",
        R"({"typ":"JWT"})", R"({"alg":"HS256","crit":["exp"]})", R"(["HS256"])", "", "{"}) {
    EXPECT_FALSE(accepts(signed_token(header, payload))) << header;
  }
}

TEST(Token, ClaimRules) {
  for (const char* payload :
       {R"({"sub":17,"exp":1767225600})", R"({"sub":"17","exp":1767225600.5})",
        R"({"sub":"17","exp":9007199254740991})", R"({"sub":"17","exp":1e300})",
        R"({"sub":"17","exp":1767225600,"nbf":1767225000})",
        R"({"sub":"17","exp":1767225600,"adm":false,"role":"x"})"}) {
    EXPECT_TRUE(accepts(signed_token(kHeader, payload))) << payload;
  }
  for (const char* payload : {R"({"sub":"17"})",
                              R"({"exp":1767225600})",
                              R"({"sub":"17","exp":"1767225600"})",
                              R"({"sub":"17","exp":-1})",
                              R"({"sub":"17","exp":null})",
                              R"({"sub":"","exp":1767225600})",
                              R"({"sub":"0","exp":1767225600})",
                              R"({"sub":0,"exp":1767225600})",
                              R"({"sub":-17,"exp":1767225600})",
                              R"({"sub":"-17","exp":1767225600})",
                              R"({"sub":"17 ","exp":1767225600})",
                              R"({"sub":17.5,"exp":1767225600})",
                              R"({"sub":"9007199254740992","exp":1767225600})",
                              R"({"sub":9007199254740992,"exp":1767225600})",
                              R"({"sub":"18446744073709551633","exp":1767225600})",
                              R"({"sub":"17","exp":1767225600,"nbf":1767225541})",
                              R"({"sub":"17","exp":1767225600,"nbf":"now"})",
                              R"({"sub":"17","exp":1767225600,"adm":1})",
                              R"([17,1767225600])",
                              "",
                              "17",
                              "{"}) {
    EXPECT_FALSE(accepts(signed_token(kHeader, payload))) << payload;
  }
}

TEST(Token, LengthIsLimited) {
  const std::string claims = R"({"sub":"17","exp":1767225600,"pad":")";
  std::string longest;
  std::string payload = claims + "\"}";
  for (std::size_t pad = 0; longest.size() <= kMaxTokenBytes; ++pad) {
    EXPECT_TRUE(longest.empty() || accepts(longest)) << longest.size();
    payload = claims + std::string(pad, 'x') + "\"}";
    longest = signed_token(kHeader, payload);
  }
  EXPECT_FALSE(accepts(longest)) << longest.size();
}

TEST(Token, SecretMustBeLongEnough) {
  EXPECT_THROW(TokenKey("fifteen bytes.."), std::invalid_argument);
  EXPECT_NO_THROW(TokenKey("sixteen bytes..."));
}

}  // namespace
}  // namespace throng::protocol
