// Threads that wait for work: one for each processor this process may use, the caller being the first.

#pragma once

#include <functional>

namespace trm {

/** Runs work(0) … work(parts − 1), each once, on whichever thread is free, and waits for all. */
void runParts(int parts, const std::function<void(int)>& work);

/** Memory of this thread that lasts from call to call: at least `count` floats, 64-byte aligned, contents undefined. */
float* scratch(int slot, long count);

/** Memory for one call at a time, reused from call to call: at least `count` floats, contents undefined. */
class Lease {
 public:
  explicit Lease(long count);
  ~Lease();
  Lease(const Lease&) = delete;
  float* data() const { return data_; }

 private:
  float* data_;
  long count_;
};

}  // namespace trm
