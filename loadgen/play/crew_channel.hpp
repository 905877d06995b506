#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <ostream>
#include <string_view>

namespace throng::play {

/// What the coordinator and a crew in another process say to each other.
enum class CrewMessage : std::uint8_t {
  // From the crew
  kReady,
  kSecond,    ///< the worker's number, its WorkerSecond
  kStanding,  ///< a Standing
  kHarvest,   ///< what is in a Harvest
  kFailed,    ///< whether it was the script, an ExitCode, and a sentence; nothing follows
  // From the coordinator
  kStart,  ///< run_start in nanoseconds
  kDrain,
  kFinish,
  // From a crew on another machine
  kJoin,  ///< a JoinedCrew
  kAsk,   ///< what its clock says
  kAway,  ///< a CrewAway; the harvest follows
  // To a crew on another machine
  kWelcome,  ///< it has joined, and waits for its orders
  kOrders,   ///< a CrewOrders
  kAnswer,   ///< an answered kAsk: a ClockExchange that lacks when it was heard
  kMeasure,  ///< the measured time begins
  kThanks,   ///< its share is in the report: nothing follows
  // To and from a crew on another machine
  kBoard,  ///< BoardChanges
};

/// One end of the line between a coordinator and a crew in another process. Thread-confined.
class CrewChannel {
 public:
  using OnMessage = std::function<void(CrewMessage, std::istream& body)>;
  /// Nothing more will come; `why` is a sentence's end if the line says more than that, e.g. "sent
  /// what isn't sealed with the key".
  using OnClosed = std::function<void(std::string_view why)>;

  virtual ~CrewChannel() = default;

  /// From here on the callbacks are called by the loop; what they throw comes out there. Called
  /// again, it lets others be called; not from inside one of them.
  virtual void listen(OnMessage on_message, OnClosed on_closed) = 0;

  /// Errors: false when the other end is gone, which on_closed tells too.
  virtual bool send(CrewMessage message,
                    const std::function<void(std::ostream&)>& write_body = nullptr) = 0;
};

}  // namespace throng::play
