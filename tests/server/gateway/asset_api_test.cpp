#include "server/gateway/asset_api.hpp"

#include <gmock/gmock.h>

#include "tests/server/gateway/gateway_world.hpp"

namespace throng::gateway {
namespace {

using protocol::Error;
using testing::AllOf;
using testing::Field;
using testing::HasSubstr;

auto is_error(unsigned status, Error code) {
  return AllOf(Field(&HttpReply::status, status),
               Field(&HttpReply::body,
                     HasSubstr("\"code\":\"" + std::string(protocol::error_name(code)) + '"')));
}

const std::string kName(64, 'a');
const std::string kTarget = "/assets/" + kName;

std::string header(const HttpReply& reply, std::string_view name) {
  for (const HttpReply::Header& each : reply.headers) {
    if (each.name == name) return each.value;
  }
  return "none";
}

class AssetApi : public testing::Test {
 protected:
  AssetApi() { w.content_type = "image/png"; }

  /// The user sees it from now on, through a chat.
  void let_see(std::uint64_t user) {
    chat::Batch batch;
    batch.members = {{.chat = {7}, .user = {user}}};
    batch.asset_links = {{*chat::AssetId::parse(kName), chat::AssetHolder::of(chat::ChatId{7}), 1,
                          "application/pdf"}};
    const chat::Batch* const one[] = {&batch};
    ASSERT_FALSE(w.directory.commit(one));
  }

  GatewayWorld w;
};

TEST_F(AssetApi, WhoUploadedSeesItAgain) {
  const HttpReply put = w.put(kTarget, "hello");
  EXPECT_EQ(put.status, 201u);
  EXPECT_EQ(put.body, R"({"op":"asset","asset":")" + kName + R"("})");
  HttpReply got = w.call("GET", kTarget);
  EXPECT_EQ(got.status, 200u);
  EXPECT_EQ(got.content_type, "image/png");
  EXPECT_EQ(w.download(got), "hello");
  EXPECT_EQ(w.put(kTarget, "hello").status, 200u);
  EXPECT_EQ(w.services.metrics.get(metrics::Metric::kAssetUploads), 2u);
  EXPECT_EQ(w.services.metrics.get(metrics::Metric::kAssetRepeats), 1u);
}

TEST_F(AssetApi, NobodyElseLearnsThatItIsThere) {
  w.put(kTarget, "hello");
  EXPECT_THAT(w.call("GET", kTarget, {}, 18), is_error(404, Error::kNoSuchAsset));
  EXPECT_THAT(w.call("HEAD", kTarget, {}, 18), is_error(404, Error::kNoSuchAsset));
  w.if_none_match = "*";
  EXPECT_THAT(w.call("GET", kTarget, {}, 18), is_error(404, Error::kNoSuchAsset));
  EXPECT_EQ(w.put(kTarget, "hello", 18).status, 201u) << "as if it were new";
  w.if_none_match.clear();
  EXPECT_EQ(w.call("HEAD", kTarget, {}, 18).status, 200u);
}

TEST_F(AssetApi, MembersOfAChatThatHasItSeeIt) {
  w.put(kTarget, "hello");
  let_see(18);
  HttpReply got = w.call("GET", kTarget, {}, 18);
  EXPECT_EQ(got.content_type, "application/pdf");
  EXPECT_EQ(w.download(got), "hello");
  EXPECT_THAT(w.call("GET", kTarget, {}, 19), is_error(404, Error::kNoSuchAsset));
}

TEST_F(AssetApi, HeadersKeepItSafeAndForEver) {
  w.put(kTarget, "hello");
  const HttpReply picture = w.call("HEAD", kTarget);
  EXPECT_EQ(header(picture, "ETag"), '"' + kName + '"');
  EXPECT_EQ(header(picture, "Cache-Control"), "private, max-age=31536000, immutable");
  EXPECT_EQ(header(picture, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(picture, "Content-Disposition"), "inline");
  EXPECT_EQ(header(picture, "Content-Security-Policy"), "default-src 'none'; sandbox");
  EXPECT_EQ(header(picture, "Accept-Ranges"), "bytes");
  EXPECT_EQ(picture.part->left, 5u);
  let_see(18);
  EXPECT_EQ(header(w.call("HEAD", kTarget, {}, 18), "Content-Disposition"), "attachment");
}

TEST_F(AssetApi, GivesAPartThatIsAskedFor) {
  w.put(kTarget, "hello");
  w.range = "bytes=1-3";
  HttpReply part = w.call("GET", kTarget);
  EXPECT_EQ(part.status, 206u);
  EXPECT_EQ(header(part, "Content-Range"), "bytes 1-3/5");
  EXPECT_EQ(w.download(part), "ell");
  EXPECT_EQ(w.call("HEAD", kTarget).status, 200u) << "a range is for GET";
  w.range = "bytes=5-";
  const HttpReply none = w.call("GET", kTarget);
  EXPECT_THAT(none, is_error(416, Error::kBadRange));
  EXPECT_EQ(header(none, "Content-Range"), "bytes */5");
}

TEST_F(AssetApi, ARangeOfAnotherVersionIsTheWhole) {
  w.put(kTarget, "hello");
  w.range = "bytes=1-3";
  w.if_range = "\"another\"";
  EXPECT_EQ(w.call("GET", kTarget).status, 200u);
  w.if_range = '"' + kName + '"';
  EXPECT_EQ(w.call("GET", kTarget).status, 206u);
}

TEST_F(AssetApi, WhoHasItIsToldSo) {
  w.put(kTarget, "hello");
  w.if_none_match = '"' + kName + '"';
  const HttpReply same = w.call("GET", kTarget);
  EXPECT_EQ(same.status, 304u);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(header(same, "ETag"), '"' + kName + '"');
  EXPECT_FALSE(same.part);
}

TEST_F(AssetApi, NamesAreChecked) {
  for (const std::string& name :
       {std::string("%2e%2e"), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'A'),
        "..%2f" + std::string(61, 'a'), std::string(64, '.'), std::string(5000, 'a')}) {
    EXPECT_THAT(w.call("GET", "/assets/" + name), is_error(400, Error::kBadField)) << name;
    EXPECT_THAT(w.put("/assets/" + name, "hello"), is_error(400, Error::kBadField)) << name;
  }
  EXPECT_THAT(w.call("GET", "/assets/../" + kName), is_error(404, Error::kNotFound));
  EXPECT_EQ(w.services.metrics.get(metrics::Metric::kClientErrors), 15u);
}

TEST_F(AssetApi, ABodyThatIsNotStreamedIsNone) {
  EXPECT_THAT(w.call("PUT", "/%61ssets/" + kName, "hello"), is_error(404, Error::kNotFound));
}

TEST_F(AssetApi, RefusesWhatItDoesNotKeep) {
  w.content_type = "text/html";
  EXPECT_THAT(w.put(kTarget, "hello"), is_error(415, Error::kUnsupportedType));
  w.content_type = "image/png";
  EXPECT_THAT(w.put(kTarget, ""), is_error(400, Error::kBadField));
  EXPECT_THAT(w.put(kTarget, "hello", 0), is_error(401, Error::kBadToken));
  for (const Error error : {Error::kWrongHash, Error::kNoRoom, Error::kUnavailable}) {
    w.asset_store.refusal = error;
    EXPECT_THAT(w.put(kTarget, "hello"), is_error(protocol::http_status(error), error));
  }
  w.asset_store.refusal.reset();
  EXPECT_THAT(w.call("GET", kTarget), is_error(404, Error::kNoSuchAsset));
}

TEST_F(AssetApi, ACutUploadIsNone) {
  EXPECT_THAT(w.put(kTarget, "hello", 17, 3), is_error(400, Error::kBadField));
  EXPECT_THAT(w.call("GET", kTarget), is_error(404, Error::kNoSuchAsset));
}

TEST_F(AssetApi, WhatCannotBeReadEndsEarly) {
  w.put(kTarget, "hello");
  HttpReply got = w.call("GET", kTarget);
  w.asset_store.refusal = Error::kUnavailable;
  EXPECT_EQ(w.download(got), "");
  EXPECT_EQ(got.part->left, 5u);
}

TEST(AssetLimits, AreKept) {
  Limits limits;
  limits.asset_bytes = 5;
  limits.downloads = 1;
  GatewayWorld w(limits);
  w.content_type = "image/png";
  EXPECT_THAT(w.put(kTarget, "hello!"), is_error(413, Error::kTooLarge));
  EXPECT_EQ(w.put(kTarget, "hello").status, 201u);
  {
    const HttpReply first = w.call("GET", kTarget);
    EXPECT_THAT(w.call("GET", kTarget), is_error(503, Error::kOverloaded));
    EXPECT_EQ(w.call("HEAD", kTarget).status, 200u);
  }
  EXPECT_EQ(w.call("GET", kTarget).status, 200u);
  EXPECT_EQ(w.services.metrics.get(metrics::Metric::kRefusedTransfers), 1u);
}

TEST(AssetLimits, AUserIsToldWhenHeMayUploadAgain) {
  Limits limits;
  limits.user_upload_bytes = 24'000;
  GatewayWorld w(limits);
  w.content_type = "image/png";
  const std::string bytes(20'000, 'x');
  EXPECT_EQ(w.put(kTarget, bytes).status, 201u);
  const HttpReply refused = w.put(kTarget, bytes);
  EXPECT_EQ(refused.status, 429u);
  EXPECT_NEAR(refused.retry_after_s, 16 * 3600, 60);
  EXPECT_THAT(refused.body, HasSubstr(R"("code":"rate_limited")"));
  EXPECT_EQ(w.put(kTarget, bytes, 18).status, 201u) << "another user";
}

TEST(AssetLimits, UploadsAtOnceAreCounted) {
  Limits limits;
  limits.uploads = 0;
  GatewayWorld w(limits);
  w.content_type = "image/png";
  EXPECT_THAT(w.put(kTarget, "hello"), is_error(503, Error::kOverloaded));
}

}  // namespace
}  // namespace throng::gateway
