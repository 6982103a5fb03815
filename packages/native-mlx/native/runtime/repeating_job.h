#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "runtime/owner_thread.h"

namespace mlxengine {

// Work that the owner thread does piece by piece, each piece a job of its own, so that others' jobs come in between. It
// rests when a piece says that there is nothing more to do, until somebody wakes it.
class RepeatingJob : public std::enable_shared_from_this<RepeatingJob> {
 public:
  // `piece` must not throw; it says whether there is more to do at once.
  RepeatingJob(const std::shared_ptr<OwnerThread>& owner, OwnerThread::ClientId client, std::function<bool()> piece)
      : owner_(owner), client_(client), piece_(std::move(piece)) {}

  // From any thread.
  void wake() {
    // Held by those on JavaScript's threads alone, because the owner thread could not end itself.
    const auto owner = owner_.lock();
    if (!owner || posted_.exchange(true)) return;
    owner->post(client_, [self = shared_from_this()] {
      // Before the piece: whoever wakes it while it runs wants another one.
      self->posted_.store(false);
      if (self->piece_()) self->wake();
    });
  }

 private:
  std::weak_ptr<OwnerThread> owner_;
  OwnerThread::ClientId client_;
  std::function<bool()> piece_;
  std::atomic<bool> posted_{false};
};

}  // namespace mlxengine
