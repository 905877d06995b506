#pragma once

#include "loadgen/report/run_result.hpp"

namespace throng::report {

/// A run with something in every field of run.json, each different, that is well.
inline RunResult sample_run() {
  RunResult run;
  run.scenario = {
      "one_to_one",        "scenarios/one_to_one.lua",
      "9f2c1d0e",          18446744073709551615u,
      {"--chats", "250k"}, "-- Two people talk.\nfunction talk(user)\n  user:send()\nend\n"};
  run.target = {"ws://127.0.0.1:9400/", "throng-server 0.1.0"};
  run.machine = {"A CPU", 2, 25'216'000'000, "Linux 6.1.0"};
  run.clock = Clock::kReal;
  run.time = {"2026-01-31T12:00:00Z", 10, 60.5};
  run.generator = {"0.1.0",
                   3,
                   4,
                   1,
                   41.25,
                   412'000'000,
                   {{"far", 5'000, 2, 4, 20.5, 206'000'000, -100'000'000'000'000, 41'000},
                    {"near", 4'999, 1, 2, 20.25, 205'000'000, 17'000, 23'000}}};
  run.users = {10'000, 9'998, 10'412};

  OperationFigures send;
  send.count = 100'000;
  send.rate_per_s = 1652.89;
  send.errors = {{"overloaded", 21}, {"timeout", 7}};
  send.dropped = 3;
  send.unresolved = 5;
  send.latency_ns = {1'400'000,  1'210'000,  2'900'000, 8'420'000,
                     21'300'000, 60'000'000, 80'100'000};
  send.service_ns = {1'100'000,  1'010'000,  1'900'000, 3'420'000,
                     11'300'000, 50'000'000, 70'100'000};
  send.latency_curve = {{0, 400'000}, {50, 1'210'000}, {95, 4'000'000}, {99.99924, 70'000'000}};
  send.service_curve = {{0, 300'000}, {50, 1'010'000}, {95, 2'000'000}, {99.99924, 65'000'000}};
  OperationFigures deliver;
  deliver.count = 99'972;
  deliver.rate_per_s = 1652.4;
  deliver.latency_ns = {2'400'000,  2'210'000,  3'900'000, 9'420'000,
                        31'300'000, 71'000'000, 90'100'000};
  deliver.latency_curve = {{0, 500'000}, {50, 2'210'000}, {95, 5'000'000}};
  run.operations = {{"send", send}, {"deliver", deliver}};

  run.ledger.sent = 100'005;
  run.ledger.acked = 99'972;
  run.ledger.expected = 99'972;
  run.ledger.delivered = 99'972;
  run.ledger.late = 2;
  run.ledger.unresolved = 5;
  run.validity.late_release_ns = {180'000, 4'200'000};
  run.validity.generator_cpu_ratio = 0.41;
  run.validity.achieved_rate_ratio = 0.9993;
  run.validity.loop_turn_ns = {210'000, 5'300'000};
  run.validity.gc_pause_ns = {40'000, 3'100'000};
  run.validity.gc_ratio = 0.004;
  run.validity.core_wait_ratio = 0.017;
  run.validity.steal_ratio = 0.002;
  run.validity.clock_step_s = 0.000012;
  run.validity.suspended_s = 0;
  run.validity.network = {2'000'000, 12, 1, 2};
  run.validity.clock_uncertainty_ns = 64'000;
  run.floor = {{999.5, {61'000, 55'000, 140'000, 320'000}, {72'000, 66'000, 150'000, 330'000}}};
  run.thresholds = {{"deliver.p99 < 500ms", 9'420'000, "ns", true, ""}};
  return run;
}

}  // namespace throng::report
