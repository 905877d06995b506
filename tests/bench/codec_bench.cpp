// What it costs to read and write one event, beside the floor: copying the same bytes.
#include <benchmark/benchmark.h>

#include <cstring>
#include <string>
#include <variant>

#include "protocol/codec.hpp"
#include "protocol/frame.hpp"

namespace throng::protocol {
namespace {

/// A body of `state.range(0)` bytes, without anything to escape.
std::string body_of(const benchmark::State& state) {
  return std::string(static_cast<std::size_t>(state.range(0)), 'x');
}

std::string send_text(const std::string& body) {
  std::string json;
  encode(json, Send{ChatId{123456}, "17-000042", body});
  return json;
}

Message message_of(const std::string& body) {
  return {ChatId{123456}, 4711, UserId{17}, "17-000042", 1767225600000, body};
}

void count_events(benchmark::State& state, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void copy_send(benchmark::State& state) {
  const std::string json = send_text(body_of(state));
  std::string out(json.size(), '\0');
  for (auto _ : state) {
    std::memcpy(out.data(), json.data(), json.size());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_events(state, json.size());
}

void decode_send(benchmark::State& state) {
  Decoder decoder;
  const std::string json = send_text(body_of(state));
  const std::string_view padded = decoder.padded(json);
  for (auto _ : state) {
    auto event = decoder.client_event(padded);
    benchmark::DoNotOptimize(event);
  }
  count_events(state, json.size());
}

void decode_delivered(benchmark::State& state) {
  Decoder decoder;
  std::string json;
  encode(json, Delivered{ChatId{123456}, 4711});
  const std::string_view padded = decoder.padded(json);
  for (auto _ : state) {
    auto event = decoder.client_event(padded);
    benchmark::DoNotOptimize(event);
  }
  count_events(state, json.size());
}

void decode_message(benchmark::State& state) {
  Decoder decoder;
  std::string json;
  const std::string body = body_of(state);
  encode(json, message_of(body));
  const std::string_view padded = decoder.padded(json);
  for (auto _ : state) {
    auto event = decoder.server_event(padded);
    benchmark::DoNotOptimize(event);
  }
  count_events(state, json.size());
}

void encode_message(benchmark::State& state) {
  const std::string body = body_of(state);
  const Message message = message_of(body);
  std::string out;
  for (auto _ : state) {
    out.clear();
    encode(out, message);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_events(state, out.size());
}

void encode_receipt(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    encode(out, Receipt{ChatId{123456}, UserId{17}, 4711, 4700});
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_events(state, out.size());
}

/// Reading unmasks in place, so each round copies the frame anew: subtract `copy_send`.
void read_masked_frame(benchmark::State& state) {
  std::string frame;
  append_masked_frame(frame, Opcode::kText, send_text(body_of(state)), 0x37fa213d);
  std::string input = frame;
  FrameReader reader(FrameRole::kServer, kMaxClientMessageBytes);
  for (auto _ : state) {
    std::memcpy(input.data(), frame.data(), frame.size());
    std::size_t used = 0;
    auto item = reader.next(input, used);
    benchmark::DoNotOptimize(item);
  }
  count_events(state, frame.size());
}

BENCHMARK(copy_send)->Arg(100)->Arg(1000);
BENCHMARK(decode_send)->Arg(100)->Arg(1000);
BENCHMARK(decode_delivered);
BENCHMARK(decode_message)->Arg(100)->Arg(1000);
BENCHMARK(encode_message)->Arg(100)->Arg(1000);
BENCHMARK(encode_receipt);
BENCHMARK(read_masked_frame)->Arg(100)->Arg(1000);

}  // namespace
}  // namespace throng::protocol
