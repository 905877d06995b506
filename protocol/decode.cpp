#include <algorithm>
#include <bit>

#include "protocol/codec.hpp"
#include "protocol/decode_ops.hpp"

namespace throng::protocol {
namespace {

static_assert(kDecodePadding >= simdjson::SIMDJSON_PADDING);

/// The parser's buffers hold this much text from the start and double from there.
constexpr std::size_t kLeastCapacity = 4096;

}  // namespace

struct Decoder::State {
  ondemand::parser parser;
  Fields fields;
  Lists lists;
  DecodeFailure failure;
  std::string padded;

  simdjson::error_code parse(std::string_view json);
  Error fail(Error code, std::string detail);

  template <class Event>
  boost::system::result<Event, Error> decode(std::string_view json,
                                             std::span<const OpRow<Event>> ops);
};

/// Reads the whole text into `fields` and `lists`.
simdjson::error_code Decoder::State::parse(std::string_view json) {
  fields.clear();
  lists.clear();
  if (json.size() > parser.capacity()) {
    if (const auto error = parser.allocate(std::bit_ceil(std::max(json.size(), kLeastCapacity))))
      return error;
  }
  ondemand::document document;
  ondemand::object object;
  auto iterated = parser.iterate(json.data(), json.size(), json.size() + kDecodePadding);
  if (const auto error = std::move(iterated).get(document)) return error;
  if (const auto error = document.get_object().get(object)) return error;
  const auto on_list = [this](Key key, ondemand::array list) {
    return read_list(key, list, lists);
  };
  if (const auto error = read_fields(object, fields, on_list)) return error;
  const bool at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  return at_end ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
}

/// Notes the failure, with what was read of the fields that an answer can name.
Error Decoder::State::fail(Error code, std::string detail) {
  const auto short_text = [this](Key key, std::size_t max_bytes) {
    const Field field = fields[key];
    return field.text.size() <= max_bytes ? std::string(field.text) : std::string();
  };
  const Field chat = fields[Key::kChat];
  failure = {.code = code,
             .detail = std::move(detail),
             .chat = ChatId{chat.kind == Field::Kind::kNumber ? chat.number : 0},
             .cmid = short_text(Key::kCmid, kMaxCmidBytes),
             .ref = short_text(Key::kRef, kMaxRefBytes)};
  return code;
}

template <class Event>
boost::system::result<Event, Error> Decoder::State::decode(std::string_view json,
                                                           std::span<const OpRow<Event>> ops) {
  if (const auto error = parse(json)) {
    return fail(Error::kBadJson, simdjson::error_message(error));
  }
  const Field op = fields[Key::kOp];
  if (op.kind != Field::Kind::kText) return fail(Error::kBadField, "\"op\" must be a string");
  const auto row = std::ranges::find(ops, op.text, &OpRow<Event>::op);
  if (row == ops.end()) return fail(Error::kUnknownOp, "no such op");

  FieldReader in(fields, row->op);
  boost::system::result<Event, Error> event = row->read(in, lists);
  if (in.failed()) return fail(in.code(), std::move(in.detail()));
  return event;
}

Decoder::Decoder() : state_(std::make_unique<State>()) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

boost::system::result<ClientEvent, Error> Decoder::client_event(std::string_view json) {
  if (json.size() > kMaxClientMessageBytes) {
    state_->fields.clear();
    return state_->fail(Error::kTooLarge,
                        "over " + std::to_string(kMaxClientMessageBytes) + " bytes");
  }
  return state_->decode(json, client_ops());
}

boost::system::result<ServerEvent, Error> Decoder::server_event(std::string_view json) {
  return state_->decode(json, server_ops());
}

const DecodeFailure& Decoder::failure() const { return state_->failure; }

std::string_view Decoder::padded(std::string_view text) {
  state_->padded.reserve(text.size() + kDecodePadding);
  state_->padded.assign(text).append(kDecodePadding, ' ');
  return std::string_view(state_->padded).substr(0, text.size());
}

}  // namespace throng::protocol
