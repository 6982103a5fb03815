#pragma once

// Kernels of our own in CUDA C++, compiled on the device's machine by NVRTC; capitals are settings of a compilation.
namespace mlxengine::cuda_source {

inline constexpr const char* common = R"cuda(
// What all kernels share. No header of CUDA's is included: finding and reading them takes longer than the rest.
struct BFloat16 {
  unsigned short bits;
};
struct Float16 {
  unsigned short bits;
};

template <typename To>
__device__ __forceinline__ To narrow(float x);

__device__ __forceinline__ float widen(BFloat16 x) {
  return __uint_as_float(static_cast<unsigned int>(x.bits) << 16);
}
__device__ __forceinline__ float widen(Float16 x) {
  float made;
  asm("cvt.f32.f16 %0, %1;" : "=f"(made) : "h"(x.bits));
  return made;
}
template <>
__device__ __forceinline__ BFloat16 narrow<BFloat16>(float x) {
  BFloat16 made;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(made.bits) : "f"(x));
  return made;
}
template <>
__device__ __forceinline__ Float16 narrow<Float16>(float x) {
  Float16 made;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(made.bits) : "f"(x));
  return made;
}

__device__ __forceinline__ float warp_sum(float x) {
#pragma unroll
  for (int step = 16; step > 0; step >>= 1) x += __shfl_xor_sync(0xffffffffu, x, step);
  return x;
}

// 1: silu, 2: gelu by its tanh formula
template <int ACTIVATION>
__device__ __forceinline__ float activated(float x) {
  if constexpr (ACTIVATION == 1) return x / (1.0f + __expf(-x));
  return 0.5f * x * (1.0f + tanhf(0.7978845608028654f * (x + 0.044715f * x * x * x)));
}
)cuda";

inline constexpr const char* project_rows = R"cuda(
// Rows of quantized weights times a few activations. A warp makes ROWS outputs of each of M activation rows; its lanes
// share out the columns. The activations, normed first where NORM says so, lie in shared memory in the order that lanes
// read them in: 16 bytes of a lane beside those of the next.
template <int BITS>
__device__ __forceinline__ float fraction(unsigned int word, int i) {
  // Puts q into the mantissa: 1 + q / 2^BITS.
  constexpr int target = 23 - BITS;
  const int shift = target - BITS * i;
  const unsigned int moved = shift >= 0 ? word << shift : word >> -shift;
  return __uint_as_float((moved & (((1u << BITS) - 1u) << target)) | 0x3f800000u);
}

template <int WORDS>
__device__ __forceinline__ void load_words(unsigned int* into, const unsigned int* from) {
  if constexpr (WORDS == 4) {
    const uint4 v = __ldg(reinterpret_cast<const uint4*>(from));
    into[0] = v.x; into[1] = v.y; into[2] = v.z; into[3] = v.w;
  } else if constexpr (WORDS == 2) {
    const uint2 v = __ldg(reinterpret_cast<const uint2*>(from));
    into[0] = v.x; into[1] = v.y;
  } else {
    into[0] = __ldg(from);
  }
}

template <typename T, int BITS, int GROUP, int WORDS, int ROWS, int M, int WARPS, bool NORM, int ACTIVATION, bool BIAS, bool RESIDUAL>
__device__ void project(const T* x, const T* norm, float epsilon, const unsigned int* w, const T* scales, const T* biases,
                        const T* bias, const T* residual, T* out, int K, int N, unsigned char* memory) {
  constexpr bool GATED = ACTIVATION > 0;
  constexpr int PER = 32 / BITS;
  constexpr int LANE = WORDS * PER;
  constexpr int UNITS = LANE / 8;
  constexpr int SPAN = 32 * LANE;
  constexpr int COUNT = GATED ? 2 * ROWS : ROWS;
  constexpr float STEPS = 1 << BITS;
  const int lane = threadIdx.x & 31;
  const int warp = threadIdx.x >> 5;
  const int outputs = GATED ? N / 2 : N;
  const int first = (blockIdx.x * WARPS + warp) * ROWS;
  const int iterations = K / SPAN;

  size_t row_of[COUNT];
#pragma unroll
  for (int r = 0; r < COUNT; r++) {
    const int output = min(first + (GATED ? r / 2 : r), outputs - 1);
    row_of[r] = GATED && r % 2 == 1 ? output + outputs : output;
  }
  unsigned int next[COUNT][WORDS];
  T next_scale[COUNT], next_bias[COUNT];
  const auto fetch = [&](int iteration) {
    const int group = (iteration * SPAN + lane * LANE) / GROUP;
#pragma unroll
    for (int r = 0; r < COUNT; r++) {
      load_words<WORDS>(next[r], w + row_of[r] * (K / PER) + (iteration * 32 + lane) * WORDS);
      next_scale[r] = scales[row_of[r] * (K / GROUP) + group];
      next_bias[r] = biases[row_of[r] * (K / GROUP) + group];
    }
  };
  fetch(0);

  uint4* staged = reinterpret_cast<uint4*>(memory);
  __shared__ float partial[WARPS];
#pragma unroll
  for (int m = 0; m < M; m++) {
    const uint4* units = reinterpret_cast<const uint4*>(x + static_cast<size_t>(m) * K);
    float factor = 1.0f;
    if constexpr (NORM) {
      float squares = 0.0f;
      for (int unit = threadIdx.x; unit < K / 8; unit += 32 * WARPS) {
        const uint4 raw = units[unit];
        const T* v = reinterpret_cast<const T*>(&raw);
#pragma unroll
        for (int i = 0; i < 8; i++) squares += widen(v[i]) * widen(v[i]);
      }
      squares = warp_sum(squares);
      if (m > 0) __syncthreads();
      if (lane == 0) partial[warp] = squares;
      __syncthreads();
      float all = 0.0f;
#pragma unroll
      for (int i = 0; i < WARPS; i++) all += partial[i];
      factor = rsqrtf(all / K + epsilon);
    }
    for (int unit = threadIdx.x; unit < K / 8; unit += 32 * WARPS) {
      uint4 raw = units[unit];
      if constexpr (NORM) {
        T* v = reinterpret_cast<T*>(&raw);
        const uint4 raw_norm = reinterpret_cast<const uint4*>(norm)[unit];
        const T* n = reinterpret_cast<const T*>(&raw_norm);
#pragma unroll
        for (int i = 0; i < 8; i++) v[i] = narrow<T>(widen(v[i]) * factor * widen(n[i]));
      }
      const int within = unit % (SPAN / 8);
      staged[m * (K / 8) + (unit / (SPAN / 8) * UNITS + within % UNITS) * 32 + within / UNITS] = raw;
    }
  }
  __syncthreads();

  float sums[COUNT][M] = {};
  for (int iteration = 0; iteration < iterations; iteration++) {
    unsigned int words[COUNT][WORDS];
    float scale[COUNT], offset[COUNT];
#pragma unroll
    for (int r = 0; r < COUNT; r++) {
#pragma unroll
      for (int i = 0; i < WORDS; i++) words[r][i] = next[r][i];
      scale[r] = STEPS * widen(next_scale[r]);
      offset[r] = widen(next_bias[r]) - scale[r];
    }
    if (iteration + 1 < iterations) fetch(iteration + 1);
    float dots[COUNT][M] = {};
    float totals[M] = {};
#pragma unroll
    for (int unit = 0; unit < UNITS; unit++) {
      float v[M][8];
#pragma unroll
      for (int m = 0; m < M; m++) {
        const uint4 raw = staged[m * (K / 8) + (iteration * UNITS + unit) * 32 + lane];
        const T* t = reinterpret_cast<const T*>(&raw);
#pragma unroll
        for (int i = 0; i < 8; i++) {
          v[m][i] = widen(t[i]);
          totals[m] += v[m][i];
        }
      }
#pragma unroll
      for (int r = 0; r < COUNT; r++) {
#pragma unroll
        for (int i = 0; i < 8; i++) {
          const int at = unit * 8 + i;
          const float f = fraction<BITS>(words[r][at / PER], at % PER);
#pragma unroll
          for (int m = 0; m < M; m++) dots[r][m] += f * v[m][i];
        }
      }
    }
#pragma unroll
    for (int r = 0; r < COUNT; r++) {
#pragma unroll
      for (int m = 0; m < M; m++) sums[r][m] += scale[r] * dots[r][m] + offset[r] * totals[m];
    }
  }
#pragma unroll
  for (int r = 0; r < COUNT; r++) {
#pragma unroll
    for (int m = 0; m < M; m++) sums[r][m] = warp_sum(sums[r][m]);
  }
  if (lane != 0) return;
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
    const int output = first + r;
    if (output >= outputs) return;
#pragma unroll
    for (int m = 0; m < M; m++) {
      float made;
      if constexpr (GATED) {
        float gate = sums[2 * r][m], up = sums[2 * r + 1][m];
        if constexpr (BIAS) {
          gate += widen(bias[output]);
          up += widen(bias[output + outputs]);
        }
        made = activated<ACTIVATION>(gate) * up;
      } else {
        made = sums[r][m];
        if constexpr (BIAS) made += widen(bias[output]);
      }
      const size_t at = static_cast<size_t>(m) * outputs + output;
      if constexpr (RESIDUAL) made += widen(residual[at]);
      out[at] = narrow<T>(made);
    }
  }
}

extern "C" __global__ void __launch_bounds__(32 * WARPS) project_rows(
    const ELEMENT* x, const ELEMENT* norm, const unsigned int* w, const ELEMENT* scales, const ELEMENT* biases,
    const ELEMENT* bias, const ELEMENT* residual, ELEMENT* out, float epsilon, int columns, int rows) {
  extern __shared__ unsigned char memory[];
  project<ELEMENT, BITS, GROUP, WORDS, ROWS, M, WARPS, NORM, ACTIVATION, BIAS, RESIDUAL>(
      x, norm, epsilon, w, scales, biases, bias, residual, out, columns, rows, memory);
}
)cuda";

inline constexpr const char* attend_rows = R"cuda(
// One new token of each sequence: norms and rotates its heads, writes its key and value in place, and attends.
// Blocks: (key head, part of the keys, sequence). Eight lanes read a key together.
template <typename T, int D, int ROTARY, bool NORM>
__device__ __forceinline__ void prepare_head(const T* from, const T* norm, float epsilon, const float* frequencies,
                                             float amplitude, int position, float* made) {
  constexpr int EACH = D / 32;
  constexpr int TURN = ROTARY / 64;
  const int lane = threadIdx.x & 31;
  float v[EACH];
#pragma unroll
  for (int j = 0; j < EACH; j++) v[j] = widen(from[lane + 32 * j]);
  if constexpr (NORM) {
    float squares = 0.0f;
#pragma unroll
    for (int j = 0; j < EACH; j++) squares += v[j] * v[j];
    const float factor = rsqrtf(warp_sum(squares) / D + epsilon);
#pragma unroll
    for (int j = 0; j < EACH; j++) v[j] = widen(narrow<T>(v[j] * factor * widen(norm[lane + 32 * j])));
  }
#pragma unroll
  for (int j = 0; j < TURN; j++) {
    float sine, cosine;
    sincosf(static_cast<float>(position) * frequencies[lane + 32 * j], &sine, &cosine);
    sine *= amplitude;
    cosine *= amplitude;
    const float a = v[j], b = v[j + TURN];
    v[j] = a * cosine - b * sine;
    v[j + TURN] = a * sine + b * cosine;
  }
#pragma unroll
  for (int j = 0; j < EACH; j++) made[lane + 32 * j] = widen(narrow<T>(v[j]));
}

template <typename T, int D, int HQ, int HKV, int ROTARY, bool NORM, int WINDOW>
__device__ void attend(const T* qkv, const T* query_norm, const T* key_norm, float epsilon, const float* frequencies,
                       float amplitude, int position, T* keys, T* values, int capacity, unsigned int* counters,
                       float scale, T* out, float* partials) {
  constexpr int GROUP = HQ / HKV;
  constexpr int MOST = 512 / D;  // heads a warp has registers for
  constexpr int HEADS = GROUP <= MOST ? GROUP : (MOST >= 4 && GROUP % 4 == 0 ? 4 : (MOST >= 2 && GROUP % 2 == 0 ? 2 : 1));
  constexpr int PARTS = GROUP / HEADS;
  constexpr int WARPS = 8;
  constexpr int CREW = WARPS / PARTS;  // warps that share out the keys of some heads
  constexpr int CHUNKS = D / 64;
  __shared__ float heads[GROUP + 1][D];
  __shared__ float shared_sums[WARPS][HEADS][D];
  __shared__ float shared_most[WARPS][HEADS];
  __shared__ float shared_total[WARPS][HEADS];
  __shared__ bool is_last;
  const int head = blockIdx.x, split = blockIdx.y, splits = gridDim.y, row = blockIdx.z;
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  const int length = position + 1;
  const int begin = WINDOW > 0 ? max(0, length - WINDOW) : 0;
  const int each = (length - begin + splits - 1) / splits;
  const int start = begin + split * each;
  const int stop = min(start + each, length);
  const bool writes = start < stop && stop == length;

  const T* own = qkv + static_cast<size_t>(row) * (HQ + 2 * HKV) * D;
  T* key_rows = keys + (static_cast<size_t>(row) * HKV + head) * capacity * D;
  T* value_rows = values + (static_cast<size_t>(row) * HKV + head) * capacity * D;
  for (int item = warp; item < GROUP + 2; item += WARPS) {
    if (item < GROUP || (item == GROUP && writes)) {
      const bool is_key = item == GROUP;
      prepare_head<T, D, ROTARY, NORM>(own + (is_key ? HQ + head : head * GROUP + item) * D, is_key ? key_norm : query_norm,
                                       epsilon, frequencies, amplitude, position, heads[item]);
      if (is_key) {
        for (int i = lane; i < D; i += 32) key_rows[static_cast<size_t>(position) * D + i] = narrow<T>(heads[GROUP][i]);
      }
    } else if (item == GROUP + 1 && writes) {
      for (int i = lane; i < D; i += 32) value_rows[static_cast<size_t>(position) * D + i] = own[(HQ + HKV + head) * D + i];
    }
  }
  __syncthreads();

  const int part = warp / CREW;
  const int sub = lane >> 3, slice = lane & 7;
  float most[HEADS], total[HEADS], sums[HEADS][CHUNKS * 8];
  if (part < PARTS) {
    float query[HEADS][CHUNKS * 8];
#pragma unroll
    for (int g = 0; g < HEADS; g++) {
      most[g] = -1e30f;
      total[g] = 0.0f;
#pragma unroll
      for (int c = 0; c < CHUNKS; c++) {
#pragma unroll
        for (int i = 0; i < 8; i++) {
          query[g][c * 8 + i] = heads[part * HEADS + g][c * 64 + slice * 8 + i] * (scale * 1.4426950408889634f);
          sums[g][c * 8 + i] = 0.0f;
        }
      }
    }
    // All eight lanes of a key take part in its sums, so the loop runs alike in a warp.
    for (int base = start + (warp % CREW) * 4; base < stop; base += CREW * 4) {
      const int at = base + sub;
      const bool counts = at < stop;
      const size_t offset = static_cast<size_t>(counts ? at : stop - 1) * D + slice * 8;
      uint4 key[CHUNKS], value[CHUNKS];
#pragma unroll
      for (int c = 0; c < CHUNKS; c++) {
        key[c] = *reinterpret_cast<const uint4*>(key_rows + offset + c * 64);
        value[c] = *reinterpret_cast<const uint4*>(value_rows + offset + c * 64);
      }
      float score[HEADS] = {};
#pragma unroll
      for (int c = 0; c < CHUNKS; c++) {
        const T* k = reinterpret_cast<const T*>(&key[c]);
#pragma unroll
        for (int i = 0; i < 8; i++) {
          const float f = widen(k[i]);
#pragma unroll
          for (int g = 0; g < HEADS; g++) score[g] += f * query[g][c * 8 + i];
        }
      }
#pragma unroll
      for (int g = 0; g < HEADS; g++) {
#pragma unroll
        for (int step = 1; step < 8; step <<= 1) score[g] += __shfl_xor_sync(0xffffffffu, score[g], step);
        if (!counts) score[g] = -1e30f;
        const float above = fmaxf(most[g], score[g]);
        const float keep = exp2f(most[g] - above);
        const float share = counts ? exp2f(score[g] - above) : 0.0f;
        most[g] = above;
        total[g] = total[g] * keep + share;
#pragma unroll
        for (int c = 0; c < CHUNKS; c++) {
          const T* v = reinterpret_cast<const T*>(&value[c]);
#pragma unroll
          for (int i = 0; i < 8; i++) sums[g][c * 8 + i] = sums[g][c * 8 + i] * keep + share * widen(v[i]);
        }
      }
    }
#pragma unroll
    for (int g = 0; g < HEADS; g++) {
#pragma unroll
      for (int step = 8; step < 32; step <<= 1) {
        const float other = __shfl_xor_sync(0xffffffffu, most[g], step);
        const float above = fmaxf(most[g], other);
        const float keep = exp2f(most[g] - above);
        most[g] = above;
        total[g] *= keep;
        total[g] += __shfl_xor_sync(0xffffffffu, total[g], step);
#pragma unroll
        for (int i = 0; i < CHUNKS * 8; i++) {
          sums[g][i] *= keep;
          sums[g][i] += __shfl_xor_sync(0xffffffffu, sums[g][i], step);
        }
      }
      if (sub == 0) {
#pragma unroll
        for (int c = 0; c < CHUNKS; c++) {
#pragma unroll
          for (int i = 0; i < 8; i++) shared_sums[warp][g][c * 64 + slice * 8 + i] = sums[g][c * 8 + i];
        }
      }
      if (lane == 0) {
        shared_most[warp][g] = most[g];
        shared_total[warp][g] = total[g];
      }
    }
  }
  __syncthreads();

  const size_t place = (static_cast<size_t>(row) * HKV + head) * splits;
  T* answer = out + (static_cast<size_t>(row) * HQ + head * GROUP) * D;
  constexpr int STRIDE = GROUP * (D + 2);
  for (int item = threadIdx.x; item < GROUP * D; item += 32 * WARPS) {
    const int g = item / D, d = item % D, crew = g / HEADS * CREW;
    float above = -1e30f;
    for (int i = 0; i < CREW; i++) above = fmaxf(above, shared_most[crew + i][g % HEADS]);
    float sum = 0.0f, all = 0.0f;
    for (int i = 0; i < CREW; i++) {
      const float keep = exp2f(shared_most[crew + i][g % HEADS] - above);
      sum += keep * shared_sums[crew + i][g % HEADS][d];
      all += keep * shared_total[crew + i][g % HEADS];
    }
    if (splits == 1) {
      answer[item] = narrow<T>(sum / all);
    } else {
      float* part_of = partials + (place + split) * STRIDE + g * (D + 2);
      part_of[d] = sum;
      if (d == 0) {
        part_of[D] = above;
        part_of[D + 1] = all;
      }
    }
  }
  if (splits == 1) return;
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) {
    const unsigned int done = atomicAdd(counters + row * HKV + head, 1u);
    is_last = done == splits - 1;
    if (is_last) counters[row * HKV + head] = 0u;
  }
  __syncthreads();
  if (!is_last) return;
  __threadfence();
  for (int item = threadIdx.x; item < GROUP * D; item += 32 * WARPS) {
    const int g = item / D, d = item % D;
    const volatile float* all_parts = partials + place * STRIDE + g * (D + 2);
    float above = -1e30f;
    for (int i = 0; i < splits; i++) above = fmaxf(above, all_parts[i * STRIDE + D]);
    float sum = 0.0f, all = 0.0f;
    for (int i = 0; i < splits; i++) {
      const float keep = exp2f(all_parts[i * STRIDE + D] - above);
      sum += keep * all_parts[i * STRIDE + d];
      all += keep * all_parts[i * STRIDE + D + 1];
    }
    answer[item] = narrow<T>(sum / all);
  }
}

struct Positions {
  int at[MOST_ROWS];
};

extern "C" __global__ void __launch_bounds__(256) attend_rows(
    const ELEMENT* qkv, const ELEMENT* query_norm, const ELEMENT* key_norm, const float* frequencies, ELEMENT* keys,
    ELEMENT* values, unsigned int* counters, float* partials, ELEMENT* out, const __grid_constant__ Positions positions,
    int capacity, float epsilon, float amplitude, float scale) {
  attend<ELEMENT, D, QUERY_HEADS, KEY_HEADS, ROTARY, NORM, WINDOW>(
      qkv, query_norm, key_norm, epsilon, frequencies, amplitude, positions.at[blockIdx.z], keys, values, capacity,
      counters, scale, out, partials);
}
)cuda";

inline constexpr const char* add_norm = R"cuda(
// A row's sum with another, and the norm of that. One block a row.
extern "C" __global__ void __launch_bounds__(256) add_norm(const ELEMENT* x, const ELEMENT* residual, const ELEMENT* norm,
                                                           ELEMENT* sum, ELEMENT* normed, float epsilon, int columns) {
  __shared__ float partial[8];
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  const size_t start = static_cast<size_t>(blockIdx.x) * columns;
  float squares = 0.0f;
  for (int i = threadIdx.x; i < columns; i += 256) {
    const ELEMENT made = narrow<ELEMENT>(widen(x[start + i]) + widen(residual[start + i]));
    sum[start + i] = made;
    squares += widen(made) * widen(made);
  }
  squares = warp_sum(squares);
  if (lane == 0) partial[warp] = squares;
  __syncthreads();
  float all = 0.0f;
  for (int i = 0; i < 8; i++) all += partial[i];
  const float factor = rsqrtf(all / columns + epsilon);
  for (int i = threadIdx.x; i < columns; i += 256)
    normed[start + i] = narrow<ELEMENT>(widen(sum[start + i]) * factor * widen(norm[i]));
}
)cuda";

inline constexpr const char* gate_rows = R"cuda(
// Rows of gates beside rows of what they gate: [rows, 2 * columns] to [rows, columns].
extern "C" __global__ void __launch_bounds__(256) gate_rows(const ELEMENT* both, ELEMENT* out, int columns) {
  const int i = blockIdx.x * 256 + threadIdx.x;
  if (i >= columns) return;
  const size_t row = blockIdx.y;
  const float gate = widen(both[row * 2 * columns + i]);
  out[row * columns + i] = narrow<ELEMENT>(activated<ACTIVATION>(gate) * widen(both[row * 2 * columns + columns + i]));
}
)cuda";

}  // namespace mlxengine::cuda_source
