#include "tests/cost/allocations.hpp"

#include <malloc.h>

// What glibc calls its own malloc, for programs that replace it.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void __libc_free(void*);
}

namespace throng::cost {
namespace {

bool counting = false;
Allocations all;

void* count(void* block) {
  if (counting && block != nullptr) {
    ++all.calls;
    all.bytes += static_cast<std::int64_t>(malloc_usable_size(block));
  }
  return block;
}

void count_return(void* block) {
  if (counting && block != nullptr) {
    all.bytes -= static_cast<std::int64_t>(malloc_usable_size(block));
  }
}

}  // namespace

void toggle_counting() { counting = !counting; }
Allocations counted() { return all; }

}  // namespace throng::cost

extern "C" {

void* malloc(std::size_t bytes) { return throng::cost::count(__libc_malloc(bytes)); }

void* calloc(std::size_t items, std::size_t bytes) {
  return throng::cost::count(__libc_calloc(items, bytes));
}

void* realloc(void* block, std::size_t bytes) {
  throng::cost::count_return(block);
  return throng::cost::count(__libc_realloc(block, bytes));
}

void free(void* block) {
  throng::cost::count_return(block);
  __libc_free(block);
}

}  // extern "C"
