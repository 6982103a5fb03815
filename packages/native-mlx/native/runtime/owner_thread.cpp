#include "runtime/owner_thread.h"

#include <mlx/memory.h>
#include <mlx/stream.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <vector>

namespace mx = mlx::core;

namespace mlxengine {

std::shared_ptr<OwnerThread> OwnerThread::shared() {
  // Process scope on purpose: MLX itself is one a process, whatever number of environments load this addon.
  static std::mutex mutex;
  static std::weak_ptr<OwnerThread> current;
  std::lock_guard lock(mutex);
  auto owner = current.lock();
  if (!owner) current = owner = std::make_shared<OwnerThread>();
  return owner;
}

OwnerThread::OwnerThread() : thread_([this] { run(); }) {}

OwnerThread::~OwnerThread() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void OwnerThread::post(ClientId client, Job job) {
  {
    std::lock_guard lock(mutex_);
    waiting_.push_back({client, std::move(job)});
  }
  changed_.notify_all();
}

void OwnerThread::leave(ClientId client, Job farewell) {
  std::unique_lock lock(mutex_);
  auto first = std::stable_partition(
      waiting_.begin(), waiting_.end(), [&](const Entry& entry) { return entry.client != client; });
  // What the dropped jobs hold are MLX's arrays, which die on this thread like everything of MLX.
  auto dropped =
      std::make_shared<std::vector<Entry>>(std::make_move_iterator(first), std::make_move_iterator(waiting_.end()));
  waiting_.erase(first, waiting_.end());
  const bool waits = farewell != nullptr;
  bool is_over = false;
  waiting_.push_back({nullptr, [this, dropped, waits, &is_over, farewell = std::move(farewell)] {
                        dropped->clear();
                        if (!waits) return;
                        farewell();
                        const std::lock_guard held(mutex_);
                        is_over = true;
                      }});
  dropped.reset();
  changed_.notify_all();
  changed_.wait(lock, [&] { return running_ != client && (is_over || !waits); });
}

void OwnerThread::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) break;
    Entry entry = std::move(waiting_.front());
    waiting_.pop_front();
    running_ = entry.client;
    lock.unlock();
    entry.job();
    entry.job = nullptr;
    lock.lock();
    running_ = nullptr;
    changed_.notify_all();
  }
  lock.unlock();
  // Its streams are this thread's own; left to the end of the process they would outlive MLX's scheduler.
  try {
    mx::synchronize();
    mx::clear_cache();
    mx::clear_streams();
  } catch (const std::exception&) {
    // A device that failed before has nothing more to give back, and nobody is left to hear of it.
  }
}

}  // namespace mlxengine
