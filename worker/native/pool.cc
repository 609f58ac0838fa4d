#include "pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

namespace trm {
namespace {

/** Work is handed over many hundred times a step, a millisecond apart: looking for it a while beats sleeping. */
constexpr int kLooks = 1500;
constexpr int kSlots = 8;
constexpr int kMaximumThreads = 32;

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

class Pool {
 public:
  Pool() {
    const int count = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMaximumThreads);
    for (int index = 1; index < count; index++) {
      threads_.emplace_back([this] { serve(); });
      threads_.back().detach();
    }
  }

  void run(int parts, const std::function<void(int)>& work) {
    // Operations of TensorFlow may run side by side: they take turns.
    std::lock_guard<std::mutex> turn(turn_);
    if (parts == 1 || threads_.empty()) {
      for (int part = 0; part < parts; part++) work(part);
      return;
    }
    {
      std::lock_guard<std::mutex> lock(mutex_);
      work_ = &work;
      parts_ = parts;
      next_.store(0, std::memory_order_relaxed);
      pending_.store(static_cast<int>(threads_.size()), std::memory_order_relaxed);
      round_.fetch_add(1, std::memory_order_release);
    }
    changed_.notify_all();
    takeParts();
    for (int look = 0; pending_.load(std::memory_order_acquire) > 0; look++) {
      if (look < kLooks) {
        pause();
      } else {
        std::this_thread::yield();
      }
    }
  }

 private:
  void takeParts() {
    for (;;) {
      const int part = next_.fetch_add(1, std::memory_order_relaxed);
      if (part >= parts_) return;
      (*work_)(part);
    }
  }

  void serve() {
    long seen = 0;
    for (;;) {
      wait(seen);
      seen = round_.load(std::memory_order_acquire);
      takeParts();
      pending_.fetch_sub(1, std::memory_order_release);
    }
  }

  void wait(long seen) {
    for (int look = 0; look < kLooks; look++) {
      if (round_.load(std::memory_order_acquire) != seen) return;
      pause();
    }
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return round_.load(std::memory_order_acquire) != seen; });
  }

  std::vector<std::thread> threads_;
  std::mutex turn_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<long> round_{0};
  std::atomic<int> next_{0};
  std::atomic<int> pending_{0};
  const std::function<void(int)>* work_ = nullptr;
  int parts_ = 0;
};

/** Never destroyed: its threads wait in it until the process ends. */
Pool& pool() {
  static Pool* instance = new Pool();
  return *instance;
}

/** Memory that a lease gave back, by size: fresh pages cost more than the work on small ones. */
struct Returned {
  std::mutex mutex;
  std::multimap<long, float*> buffers;
};

Returned& returned() {
  static Returned* instance = new Returned();
  return *instance;
}

float* allocate(long count) {
  const long rounded = (count + 15) / 16 * 16;
  void* data = std::aligned_alloc(64, rounded * sizeof(float));
  if (data == nullptr) throw std::bad_alloc();
  return static_cast<float*>(data);
}

struct Memory {
  float* data = nullptr;
  long count = 0;
  ~Memory() { std::free(data); }
};

}  // namespace

void runParts(int parts, const std::function<void(int)>& work) { pool().run(parts, work); }

float* scratch(int slot, long count) {
  thread_local Memory memories[kSlots];
  Memory& memory = memories[slot];
  if (memory.count < count) {
    std::free(memory.data);
    memory.data = nullptr;
    memory.count = 0;
    memory.data = allocate(count);
    memory.count = count;
  }
  return memory.data;
}

Lease::Lease(long count) : data_(nullptr), count_(count) {
  Returned& known = returned();
  {
    std::lock_guard<std::mutex> lock(known.mutex);
    const auto found = known.buffers.find(count);
    if (found != known.buffers.end()) {
      data_ = found->second;
      known.buffers.erase(found);
    }
  }
  if (data_ == nullptr) data_ = allocate(count);
}

Lease::~Lease() {
  Returned& known = returned();
  std::lock_guard<std::mutex> lock(known.mutex);
  known.buffers.emplace(count_, data_);
}

}  // namespace trm
