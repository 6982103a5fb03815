#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "runtime/device_health.h"

namespace mlxengine {

// The one thread of the process that calls MLX, which is not thread-safe. Jobs run in the order in which they came.
// Each environment (main thread, worker threads) is a client and can leave without disturbing the others.
class OwnerThread {
 public:
  using ClientId = const void*;
  // Must not throw: a job turns its own exceptions into an event.
  using Job = std::function<void()>;

  // The process's owner thread, started if there is none; it ends with its last holder.
  static std::shared_ptr<OwnerThread> shared();

  OwnerThread();
  ~OwnerThread();
  OwnerThread(const OwnerThread&) = delete;
  OwnerThread& operator=(const OwnerThread&) = delete;

  void post(ClientId client, Job job);

  // Of the device, which all environments and models share.
  const std::shared_ptr<DeviceHealth>& health() const { return health_; }

  // Drops the client's waiting jobs and returns once none of its jobs runs; cancel those first. With a farewell it
  // returns once that ran on this thread and nothing of the dropped jobs is left.
  void leave(ClientId client, Job farewell = nullptr);

 private:
  struct Entry {
    ClientId client;
    Job job;
  };

  void run();

  std::shared_ptr<DeviceHealth> health_ = std::make_shared<DeviceHealth>();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> waiting_;
  ClientId running_ = nullptr;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace mlxengine
