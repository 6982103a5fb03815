#include "storage/prefix_folder.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "runtime/failure.h"
#include "storage/atomic_file.h"
#include "storage/cache_file.h"
#include "storage/checksum.h"

namespace fs = std::filesystem;

namespace mlxengine {

namespace {

constexpr const char* prefix = "mlxengine-prefix-";
constexpr const char* suffix = ".safetensors";
constexpr const char* unfinished_suffix = ".part";
// Waiting to be written; more than that waits for the disk.
constexpr size_t max_waiting_bytes = size_t{1} << 30;

// A file as it will be, in memory.
class ImageSink : public ByteSink {
 public:
  void write(const void* data, size_t length) override {
    const auto* bytes = static_cast<const uint8_t*>(data);
    image.insert(image.end(), bytes, bytes + length);
  }
  void rewrite(const void* data, size_t length, uint64_t offset) override {
    std::memcpy(image.data() + offset, data, length);
  }

  std::vector<uint8_t> image;
};

struct KnownFile {
  fs::path path;
  fs::file_time_type used;
  uint64_t bytes;
};

bool is_ours(const std::string& name) {
  return name.rfind(prefix, 0) == 0;
}

bool ends_with(const std::string& name, const std::string& end) {
  return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
}

// The least recently used first. Regular files alone: a link could lead anywhere.
std::vector<KnownFile> known_files(const std::string& folder) {
  std::vector<KnownFile> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code of_file;
    const auto name = at->path().filename().string();
    if (!is_ours(name) || !fs::is_regular_file(at->symlink_status(of_file))) continue;
    const auto used = at->last_write_time(of_file);
    const auto bytes = at->file_size(of_file);
    if (!of_file) files.push_back({at->path(), used, bytes});
  }
  std::sort(files.begin(), files.end(), [](const auto& left, const auto& right) { return left.used < right.used; });
  return files;
}

void forget(const fs::path& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
}

// Each part with its length before it, so that no two keys read alike.
std::string text_of(const PrefixKey& key) {
  std::string text;
  for (const std::string& part : {key.format, key.salt}) text += std::to_string(part.size()) + ":" + part;
  return text;
}

// Behind a fingerprint; nothing for what is kept as it is computed.
std::string text_of(const CacheFormat& format) {
  std::string text;
  if (format.bits)
    text += " bits " + std::to_string(*format.bits) + " by " + std::to_string(format.group_size) + " from " +
            std::to_string(format.quantized_start);
  if (format.max_positions)
    text += " at most " + std::to_string(*format.max_positions) + " and " + std::to_string(format.keep);
  return text;
}

std::optional<PrefixKey> key_from(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t at = 0; at < text.size();) {
    const size_t colon = text.find(':', at);
    const std::string digits = colon == std::string::npos ? "" : text.substr(at, colon - at);
    const bool is_number =
        !digits.empty() && digits.size() < 9 && digits.find_first_not_of("0123456789") == std::string::npos;
    const size_t length = is_number ? std::stoul(digits) : text.size();
    if (!is_number || length > text.size() - colon - 1) return std::nullopt;
    parts.push_back(text.substr(colon + 1, length));
    at = colon + 1 + length;
  }
  if (parts.size() != 2) return std::nullopt;
  return PrefixKey{"", parts[0], parts[1]};
}

}  // namespace

PrefixFolder::PrefixFolder(const Graph& graph, mlx::core::Dtype dtype, Options options)
    : graph_(graph), dtype_(dtype), options_(std::move(options)) {
  options_.fingerprint += text_of(options_.format);
  std::error_code error;
  fs::create_directories(options_.folder, error);
  // A full disk later costs what it would have kept; a folder that can never be one is a mistake.
  if (error || access(options_.folder.c_str(), W_OK | X_OK) != 0) {
    const std::string found = error ? error.message() : std::strerror(errno);
    throw FailureError(
        FailureKind::writing, "[storage] folder of prefixes, expected to be writable, got " + found, options_.folder);
  }
  // What a process that ended left half-written, and nobody writes any more.
  for (const KnownFile& file : known_files(options_.folder)) {
    const bool is_old = file.used + std::chrono::hours(1) < fs::file_time_type::clock::now();
    if (is_old && ends_with(file.path.filename().string(), unfinished_suffix)) forget(file.path);
  }
  writer_ = std::thread([this] { work(); });
}

PrefixFolder::~PrefixFolder() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  writer_.join();
}

std::string PrefixFolder::path_of(const PrefixKey& key, const std::vector<uint32_t>& tokens) const {
  Checksum sum;
  const std::string text = options_.fingerprint + "\n" + text_of(key);
  sum.add(text.data(), text.size());
  sum.add(tokens.data(), tokens.size() * sizeof(uint32_t));
  char name[17];
  std::snprintf(name, sizeof name, "%016llx", static_cast<unsigned long long>(sum.value()));
  return (fs::path(options_.folder) / (prefix + std::string(name) + suffix)).string();
}

std::vector<std::pair<PrefixKey, std::vector<uint32_t>>> PrefixFolder::scan() const {
  std::vector<std::pair<PrefixKey, std::vector<uint32_t>>> found;
  for (const KnownFile& file : known_files(options_.folder)) {
    const std::string path = file.path.string();
    if (!ends_with(path, suffix)) continue;
    try {
      CacheFileNotes notes = read_cache_notes(path);
      const auto key = key_from(notes.key);
      const bool is_whole = key && !notes.tokens.empty() && !notes.fingerprint.empty();
      if (!is_whole) {
        forget(file.path);
      } else if (notes.fingerprint == options_.fingerprint && path == path_of(*key, notes.tokens)) {
        found.emplace_back(*key, std::move(notes.tokens));
      }
    } catch (...) {
      forget(file.path);
    }
  }
  return found;
}

bool PrefixFolder::store(const PrefixKey& key, const std::vector<uint32_t>& tokens, const StateGroup& state) {
  // An adapter's name may mean another one in the next run.
  if (!key.adapter.empty() || options_.bytes == 0) return false;
  try {
    ImageSink sink;
    StateGroup fork = state.fork(0);
    save_cache(sink, graph_, fork, {tokens, options_.fingerprint, text_of(key), {}});
    if (sink.image.size() > options_.bytes) return false;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] {
      size_t waiting = 0;
      for (const Job& job : jobs_) waiting += job.image.size();
      return waiting < max_waiting_bytes;
    });
    jobs_.push_back({path_of(key, tokens), std::move(sink.image)});
  } catch (...) {
    // No memory for the copy: the state is dropped as it would be without a folder.
    return false;
  }
  changed_.notify_all();
  return true;
}

std::optional<StateGroup> PrefixFolder::load(const PrefixKey& key, const std::vector<uint32_t>& tokens) {
  const std::string path = path_of(key, tokens);
  try {
    wait_until_written();
    std::error_code error;
    if (!fs::is_regular_file(fs::symlink_status(path, error))) return std::nullopt;
    CacheFile file = load_cache_file(path, graph_, options_.format, dtype_, tokens);
    file.state.settle();
    if (file.notes.tokens != tokens || file.notes.fingerprint != options_.fingerprint || file.notes.key != text_of(key))
      throw FailureError(FailureKind::cache_file, "[cache file] key, expected the one of its name, got another", path);
    fs::last_write_time(path, fs::file_time_type::clock::now(), error);
    return std::move(file.state);
  } catch (...) {
    forget(path);
    return std::nullopt;
  }
}

void PrefixFolder::wait_until_written() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return jobs_.empty() && !writing_; });
}

void PrefixFolder::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return closing_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    writing_ = true;
    lock.unlock();
    write(job);
    lock.lock();
    writing_ = false;
    changed_.notify_all();
  }
}

void PrefixFolder::write(const Job& job) const {
  try {
    make_room(job.image.size());
    AtomicFile file(job.path);
    file.write(job.image.data(), job.image.size());
    file.commit();
  } catch (...) {
    // A full disk costs the prefix, nothing else.
  }
}

void PrefixFolder::make_room(uint64_t needed) const {
  const auto files = known_files(options_.folder);
  uint64_t bytes = 0;
  for (const KnownFile& file : files) bytes += file.bytes;
  for (const KnownFile& file : files) {
    if (bytes + needed <= options_.bytes) return;
    forget(file.path);
    bytes -= file.bytes;
  }
}

}  // namespace mlxengine
