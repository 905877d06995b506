#include "loadgen/scenario/interpreter.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "loadgen/scenario/script.hpp"

namespace throng::scenario {
namespace {

// A turn is what a coroutine does between two waits. Counting its instructions costs about 0.1 us a
// turn that loops and sends, of 0.7 us.
constexpr int kInstructionsPerHook = 5'000'000;
constexpr int kHooksPerTurn = 10;
constexpr int kActsPerTurn = 100'000;

// A step of the collector for so much that was allocated takes about 20 us. A cycle begins when the
// heap has doubled.
constexpr std::size_t kBytesPerStep = 32 * 1024;
constexpr std::size_t kHeapGrowth = 2;

constexpr std::array kBaseFunctions = {
    "assert", "error",  "getmetatable", "ipairs", "next",         "pairs",    "rawequal", "rawget",
    "rawlen", "rawset", "select",       "print",  "setmetatable", "tonumber", "tostring", "type",
};

// What people might reach for, to be told instead of finding nil.
constexpr std::array<std::string_view, 14> kRemoved = {
    "io",     "os",         "package", "require", "debug", "load",           "loadfile",
    "dofile", "loadstring", "pcall",   "xpcall",  "_G",    "collectgarbage", "coroutine",
};

// print: to the error stream, since the output may be read by a program.
int print(lua_State* state) {
  luaL_Buffer line;
  const int count = lua_gettop(state);
  luaL_buffinit(state, &line);
  for (int i = 1; i <= count; ++i) {
    if (i > 1) luaL_addchar(&line, '\t');
    luaL_tolstring(state, i, nullptr);
    luaL_addvalue(&line);
  }
  luaL_addchar(&line, '\n');
  luaL_pushresult(&line);
  std::fputs(lua_tostring(state, -1), stderr);
  return 0;
}

int missing_global(lua_State* state) {
  const char* name = lua_type(state, 2) == LUA_TSTRING ? lua_tostring(state, 2) : "";
  for (const std::string_view removed : kRemoved) {
    if (removed == name) return luaL_error(state, "'%s' isn't available in a scenario", name);
  }
  return 0;
}

// Leaves of the base library what is on the list, and puts print there.
void cut_base_library(lua_State* state) {
  luaL_requiref(state, LUA_GNAME, luaopen_base, 0);
  lua_createtable(state, 0, 32);
  for (const char* name : kBaseFunctions) {
    lua_getfield(state, -2, name);
    lua_setfield(state, -2, name);
  }
  lua_pushcfunction(state, print);
  lua_setfield(state, -2, "print");
  lua_rawseti(state, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
  lua_pop(state, 1);
}

// How Lua writes the name of a chunk in messages.
std::string short_source(lua_State* state, const std::string& chunk_name) {
  lua_Debug about;
  luaL_loadbufferx(state, "", 0, chunk_name.c_str(), "t");
  lua_getinfo(state, ">S", &about);
  return about.short_src;
}

void open_library(lua_State* state, const char* name, lua_CFunction open) {
  luaL_requiref(state, name, open, 0);
  lua_setglobal(state, name);
}

}  // namespace

Interpreter::Interpreter(Declaration& declaration, Stage* stage)
    : declaration_(declaration), stage_(stage), path_(declaration.source.path) {
  main_ = lua_newstate(allocate, this);
  if (main_ == nullptr) throw std::bad_alloc{};
  // Coroutines start with a copy of both the extra space and the hook.
  *static_cast<Interpreter**>(lua_getextraspace(main_)) = this;
  lua_sethook(main_, on_instructions, LUA_MASKCOUNT, kInstructionsPerHook);
  // Not the generational mode: each of its young collections visits every coroutine, and those are
  // nearly all of the heap.
  lua_gc(main_, LUA_GCINC, 0, 0, 0);
  lua_gc(main_, LUA_GCSTOP);
  open_libraries();
}

Interpreter::~Interpreter() { lua_close(main_); }

void* Interpreter::allocate(void* self, void* block, std::size_t old_bytes, std::size_t new_bytes) {
  auto& interpreter = *static_cast<Interpreter*>(self);
  auto& memory_bytes = interpreter.memory_bytes_;
  // Without a block, Lua passes a kind of object in place of the old size.
  const std::size_t held = block == nullptr ? 0 : old_bytes;
  if (new_bytes == 0) {
    std::free(block);
    memory_bytes -= held;
    return nullptr;
  }
  if (new_bytes > held && interpreter.refuses(new_bytes - held)) return nullptr;
  void* moved = std::realloc(block, new_bytes);
  if (moved != nullptr) memory_bytes += new_bytes - held;
  return moved;
}

// Lua collects all it can when it is refused memory, and asks again.
bool Interpreter::refuses(std::size_t more_bytes) {
  if (memory_bytes_ + more_bytes <= refuse_at_) return false;
  refused_ = !refused_;
  if (!refused_) refuse_at_ = memory_bytes_ + more_bytes + kMostUncollected;
  return refused_;
}

void Interpreter::collect_garbage() {
  const std::size_t allocated = kBytesPerStep + memory_bytes_ - collect_at_;
  const bool cycle_over = lua_gc(main_, LUA_GCSTEP, static_cast<int>(allocated / 1024)) != 0;
  collect_at_ = cycle_over ? memory_bytes_ * kHeapGrowth : memory_bytes_ + kBytesPerStep;
  refuse_at_ = std::max(collect_at_, memory_bytes_) + kMostUncollected;
}

void Interpreter::open_libraries() {
  cut_base_library(main_);
  open_library(main_, LUA_MATHLIBNAME, luaopen_math);
  open_library(main_, LUA_STRLIBNAME, luaopen_string);
  open_library(main_, LUA_TABLIBNAME, luaopen_table);
  open_library(main_, LUA_UTF8LIBNAME, luaopen_utf8);
  lua_pushglobaltable(main_);
  lua_createtable(main_, 0, 1);
  lua_pushcfunction(main_, missing_global);
  lua_setfield(main_, -2, "__index");
  lua_setmetatable(main_, -2);
  lua_pop(main_, 1);
}

void Interpreter::load() {
  const std::string chunk_name = "@" + path_;
  const std::string& text = declaration_.source.text;
  short_path_ = short_source(main_, chunk_name);
  if (luaL_loadbufferx(main_, text.data(), text.size(), chunk_name.c_str(), "t") != LUA_OK) {
    raise(main_);
  }
  freeze_globals_of_chunk();
  call(0);
  loaded_ = true;
}

// The chunk sees an empty table for its globals that reads from the real ones, so that every
// assignment of a global comes to assign_global.
void Interpreter::freeze_globals_of_chunk() {
  lua_createtable(main_, 0, 0);
  lua_createtable(main_, 0, 3);
  lua_pushglobaltable(main_);
  lua_setfield(main_, -2, "__index");
  lua_pushcfunction(main_, assign_global);
  lua_setfield(main_, -2, "__newindex");
  lua_setmetatable(main_, -2);
  lua_setupvalue(main_, -2, 1);
}

int Interpreter::assign_global(lua_State* state) {
  if (of(state).loaded_) {
    const char* name = luaL_tolstring(state, 2, nullptr);
    return luaL_error(state, "assigning the global '%s': all users would share it; say 'local %s'",
                      name, name);
  }
  lua_pushglobaltable(state);
  lua_replace(state, 1);
  lua_rawset(state, 1);
  return 0;
}

bool Interpreter::push_function(const char* name) {
  if (lua_getglobal(main_, name) == LUA_TFUNCTION) return true;
  lua_pop(main_, 1);
  return false;
}

int Interpreter::line_of(const char* function) {
  if (!push_function(function)) return 0;
  lua_Debug about;
  lua_getinfo(main_, ">S", &about);
  return about.linedefined;
}

void Interpreter::call(int arguments) {
  begin_turn();
  const int function = lua_gettop(main_) - arguments;
  lua_pushcfunction(main_, add_position);
  lua_insert(main_, function);
  if (lua_pcall(main_, arguments, 0, function) != LUA_OK) raise(main_);
  lua_remove(main_, function);
}

// Gives the message on top of the stack the place of the innermost Lua function, unless it has one.
int Interpreter::add_position(lua_State* state) {
  if (lua_type(state, -1) != LUA_TSTRING) {
    lua_pushfstring(state, "error() was called with a %s, not with a message",
                    luaL_typename(state, -1));
  }
  const std::string_view message = lua_tostring(state, -1);
  if (message.starts_with(of(state).short_path_)) return 1;
  lua_Debug frame;
  for (int level = 0; lua_getstack(state, level, &frame) == 1; ++level) {
    lua_getinfo(state, "Sl", &frame);
    if (frame.currentline <= 0) continue;
    lua_pushfstring(state, "%s:%d: %s", frame.short_src, frame.currentline, message.data());
    return 1;
  }
  return 1;
}

void Interpreter::raise(lua_State* thread) const {
  add_position(thread);
  throw ScriptError{full_path(lua_tostring(thread, -1))};
}

void Interpreter::fail_at(int line, std::string_view message) const {
  throw ScriptError{path_ + ":" + std::to_string(line) + ": " + std::string{message}};
}

std::string Interpreter::full_path(std::string message) const {
  if (!message.starts_with(short_path_)) return path_ + ":1: " + message;
  return path_ + message.substr(short_path_.size());
}

void Interpreter::on_instructions(lua_State* state, lua_Debug* where) {
  if (++of(state).hooks_in_turn_ < kHooksPerTurn) return;
  lua_getinfo(state, "Sl", where);
  lua_pushfstring(state, "%s:%d: endless loop: %d million instructions without waiting",
                  where->short_src, where->currentline,
                  kHooksPerTurn * (kInstructionsPerHook / 1'000'000));
  lua_error(state);
}

void Interpreter::count_act(lua_State* state) {
  if (++acts_in_turn_ < kActsPerTurn) return;
  luaL_error(state, "endless loop: %d actions without waiting", kActsPerTurn);
}

}  // namespace throng::scenario
