#include "loadgen/machine/checkup.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <thread>

#include "loadgen/machine/cgroup.hpp"
#include "loadgen/machine/kernel_counters.hpp"
#include "loadgen/machine/system_file.hpp"

namespace throng::machine {
namespace {

/// A server with a shorter queue turns people away who arrive by the thousand.
constexpr std::uint64_t kGoodBacklog = 1024;
/// Of the time since the machine was started; a run has a stricter bound of its own.
constexpr double kGoodStealRatio = 0.02;
/// Reading the time takes a microsecond and more with these, and users do it all the time.
constexpr std::array<std::string_view, 4> kSlowClocks = {"hpet", "acpi_pm", "jiffies",
                                                         "refined-jiffies"};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

class Examination {
 public:
  Examination(const ProcessLimits& limits, const MachineTexts& texts,
              const boost::asio::ip::address& target, std::optional<std::uint64_t> users)
      : limits_(limits), texts_(texts), target_(target), users_(users.value_or(1)) {}

  Checkup report() && {
    checkup_.fit = fit_users(limits_, users_, target_);
    cores();
    memory();
    descriptors();
    ports();
    backlog("listen queue", texts_.somaxconn, "net.core.somaxconn");
    backlog("handshake queue", texts_.syn_backlog, "net.ipv4.tcp_max_syn_backlog");
    socket_memory();
    connection_tracking();
    governor();
    clock_source();
    steal();
    return std::move(checkup_);
  }

 private:
  void add(std::string what, std::string value, std::string allows, bool good, std::string remedy) {
    if (good) remedy.clear();
    checkup_.findings.push_back(
        {std::move(what), std::move(value), std::move(allows), std::move(remedy)});
  }

  void cores() {
    const double quota = smallest_quota(texts_.quotas).value_or(static_cast<double>(texts_.cores));
    const bool whole = quota >= static_cast<double>(texts_.cores);
    std::string value = fmt::format("{}", texts_.cores);
    if (!whole) value += fmt::format(", {:.3g} by the cgroup's cpu.max", quota);
    add("cores", value, fmt::format("--threads up to {:.0f}", std::max(1.0, std::floor(quota))),
        whole,
        "raise cpu.max of the cgroup (a container's --cpus), which stops all threads at once");
  }

  void memory() {
    const std::uint64_t most = users_by_memory(limits_);
    add("memory", fmt::format("{} MB available", limits_.memory_bytes >> 20),
        fmt::format("{} users of {} kB", most, kBytesPerUser / 1024), users_ <= most,
        "free memory, raise the cgroup's memory.max, or spread the load over more machines");
  }

  void descriptors() {
    const std::uint64_t most = users_by_descriptors(limits_);
    add("descriptors", fmt::format("{} in a process", limits_.descriptors),
        fmt::format("{} users in a process", most), users_ <= most,
        fmt::format("as root: ulimit -n {} (up to fs.nr_open, {}); or more --processes",
                    users_ + kReservedDescriptors, first_line(texts_.nr_open)));
    const std::uint64_t all = number_at(texts_.file_max, 0);
    if (all == 0) return;
    add("descriptors of all", first_line(texts_.file_max), "", users_ <= all / 2,
        fmt::format("sysctl fs.file-max={}", users_ * 4));
  }

  void ports() {
    const std::uint64_t most = users_by_ports(limits_, target_);
    add("local ports",
        fmt::format("{}-{} from {} source address{}", limits_.local_ports.first,
                    limits_.local_ports.last, sources_towards(target_),
                    sources_towards(target_) == 1 ? "" : "es"),
        fmt::format("{} users to one target", most), users_ <= most,
        "sysctl net.ipv4.ip_local_port_range=\"1024 65535\"; or more machines");
  }

  void backlog(const char* what, const std::string& text, const char* name) {
    if (text.empty()) return;
    const std::uint64_t length = number_at(text, 0);
    add(what, first_line(text), fmt::format("{} at once towards a server here", length),
        length >= kGoodBacklog, fmt::format("sysctl {}=4096", name));
  }

  // tcp_mem has three figures; past the last one nothing is accepted any more.
  void socket_memory() {
    const std::uint64_t bytes =
        number_at(texts_.tcp_mem, 2) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    if (bytes == 0) return;
    const std::uint64_t needed = users_ * kBytesPerUser;
    add("socket buffers", fmt::format("{} MB for all of TCP", bytes >> 20), "", needed <= bytes,
        fmt::format("sysctl net.ipv4.tcp_mem=\"{0} {0} {0}\"",
                    2 * needed / static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE))));
  }

  void connection_tracking() {
    const std::uint64_t most = number_at(texts_.conntrack_max, 0);
    if (most == 0) return;
    const std::uint64_t used = std::min(most, number_at(texts_.conntrack_count, 0));
    add("connection tracking", fmt::format("{} of {} used", used, most),
        fmt::format("{} users", most - used), users_ <= most - used,
        fmt::format("sysctl net.netfilter.nf_conntrack_max={}", 2 * (users_ + used)));
  }

  void governor() {
    if (texts_.governor.empty()) return;
    const std::string name = first_line(texts_.governor);
    add("frequency governor", name, "", name == "performance",
        "cpupower frequency-set -g performance, so that quiet seconds aren't slow ones");
  }

  void clock_source() {
    if (texts_.clock_source.empty()) return;
    const std::string name = first_line(texts_.clock_source);
    add("clock source", name, "", std::ranges::find(kSlowClocks, name) == kSlowClocks.end(),
        "reading it is slow: use tsc or kvm-clock if the machine has it (kernel: clocksource=tsc)");
  }

  void steal() {
    const CoreTicks ticks = core_ticks(texts_.stat);
    if (ticks.all == 0) return;
    const double ratio = static_cast<double>(ticks.stolen) / static_cast<double>(ticks.all);
    add("stolen so far", fmt::format("{:.2f} % of the cores' time", 100 * ratio), "",
        ratio <= kGoodStealRatio, "use a machine whose cores aren't shared with others");
  }

  const ProcessLimits& limits_;
  const MachineTexts& texts_;
  const boost::asio::ip::address& target_;
  const std::uint64_t users_;
  Checkup checkup_;
};

}  // namespace

MachineTexts read_machine_texts() {
  MachineTexts texts;
  texts.cores = std::max(1U, std::thread::hardware_concurrency());
  texts.stat = file_text("/proc/stat");
  texts.nr_open = file_text("/proc/sys/fs/nr_open");
  texts.file_max = file_text("/proc/sys/fs/file-max");
  texts.somaxconn = file_text("/proc/sys/net/core/somaxconn");
  texts.syn_backlog = file_text("/proc/sys/net/ipv4/tcp_max_syn_backlog");
  texts.tcp_mem = file_text("/proc/sys/net/ipv4/tcp_mem");
  texts.conntrack_max = file_text("/proc/sys/net/netfilter/nf_conntrack_max");
  texts.conntrack_count = file_text("/proc/sys/net/netfilter/nf_conntrack_count");
  texts.governor = file_text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  texts.clock_source =
      file_text("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  texts.quotas = cgroup_texts("cpu.max");
  return texts;
}

Checkup check_up(const ProcessLimits& limits, const MachineTexts& texts,
                 const boost::asio::ip::address& target, std::optional<std::uint64_t> users) {
  return Examination(limits, texts, target, users).report();
}

}  // namespace throng::machine
