import { sigmoid } from './functions';
import { exponential } from './exponential';
import { softmax } from './reduce';

// The choice of experts, see `RouteOperation`. Ties go to the lower index. Numbers of the ways are the same as in
// `src/execution/calls/experts.ts`.

// @ts-ignore: decorator
@inline const SIGMOID: i32 = 1;
// @ts-ignore: decorator
@inline const LOGITS: i32 = 2;
// @ts-ignore: decorator
@inline const SPARSEMIXER: i32 = 3;

// @ts-ignore: decorator
@inline
function at(p: usize, index: i32): usize {
  return p + (<usize>index << 2);
}

// @ts-ignore: decorator
@inline
function exp1(x: f32): f32 {
  return f32x4.extract_lane(exponential(f32x4.splat(x)), 0);
}

/** Index of the greatest from `begin` to `end`; the first of equals. */
function greatest(p: usize, begin: i32, end: i32): i32 {
  let index = begin;
  for (let i = begin + 1; i < end; i++) if (load<f32>(at(p, i)) > load<f32>(at(p, index))) index = i;
  return index;
}

/** Sets scores of all but the `keep` best groups to 0. `room` holds two numbers for each group. */
function dropGroups(choice: usize, experts: i32, groups: i32, keep: i32, scoring: i32, room: usize): void {
  const size = experts / groups;
  for (let group = 0; group < groups; group++) {
    const begin = group * size, end = begin + size;
    const best = greatest(choice, begin, end);
    let score = load<f32>(at(choice, best));
    if (scoring == 2) {
      let second: f32 = -Infinity;
      for (let i = begin; i < end; i++) if (i != best) second = max<f32>(second, load<f32>(at(choice, i)));
      score += second;
    }
    store<f32>(at(room, group), score);
    store<u32>(at(room, groups + group), 0);
  }
  for (let kept = 0; kept < keep; kept++) {
    const group = greatest(room, 0, groups);
    store<f32>(at(room, group), -Infinity);
    store<u32>(at(room, groups + group), 1);
  }
  for (let i = 0; i < experts; i++) if (!load<u32>(at(room, groups + i / size))) store<f32>(at(choice, i), 0);
}

/** `count` times the greatest logit that is left; its weight is its share among those that are near it. */
function mixSparsely(logits: usize, experts: i32, count: i32, jitter: f32, left: usize, indices: usize, weights: usize): void {
  memory.copy(left, logits, <usize>experts << 2);
  for (let chosen = 0; chosen < count; chosen++) {
    const index = greatest(left, 0, experts);
    const peak = load<f32>(at(left, index));
    let sum: f32 = 0;
    for (let i = 0; i < experts; i++) {
      const logit = load<f32>(at(logits, i));
      const near = (peak - logit) / max<f32>(abs<f32>(logit), peak) <= 2 * jitter;
      if (near && load<f32>(at(left, i)) > -Infinity) sum += exp1(logit - peak);
    }
    store<u32>(at(indices, chosen), index);
    store<f32>(at(weights, chosen), <f32>1 / sum);
    store<f32>(at(left, index), -Infinity);
  }
}

/** Scores of one row. */
function score(x: usize, experts: i32, scoring: i32, scores: usize): void {
  if (scoring == LOGITS) {
    memory.copy(scores, x, <usize>experts << 2);
  } else if (scoring == SIGMOID) {
    for (let i: usize = 0; i < <usize>experts << 2; i += 4) {
      store<f32>(scores + i, f32x4.extract_lane(sigmoid(v128.load32_splat(x + i)), 0));
    }
  } else {
    softmax(x, 1, experts, scores);
  }
}

/** Takes the `count` greatest of `choice`, with their scores as weights. */
function choose(choice: usize, scores: usize, experts: i32, count: i32, indices: usize, weights: usize): void {
  for (let chosen = 0; chosen < count; chosen++) {
    const index = greatest(choice, 0, experts);
    store<u32>(at(indices, chosen), index);
    store<f32>(at(weights, chosen), load<f32>(at(scores, index)));
    store<f32>(at(choice, index), -Infinity);
  }
}

/** Step 4: divides by the sum, which grows by epsilon (1) or stays at it or above (2). */
function normalize(weights: usize, count: i32, mode: i32, epsilon: f32): void {
  let sum: f32 = 0;
  for (let i = 0; i < count; i++) sum += load<f32>(at(weights, i));
  sum = mode == 1 ? sum + epsilon : max<f32>(sum, epsilon);
  for (let i = 0; i < count; i++) store<f32>(at(weights, i), load<f32>(at(weights, i)) / sum);
}

/**
 * Chooses `count` experts for each row.
 * @param scratch - room for 4 · experts + 4 numbers
 */
export function route(
  x: usize, rows: i32, experts: i32, count: i32, scoring: i32, softmaxChosen: i32, normalization: i32, epsilon: f32,
  groups: i32, keep: i32, groupScore: i32, scale: f32, jitter: f32, selectionBias: usize, expertScale: usize,
  scratch: usize, indices: usize, weights: usize,
): void {
  const choice = at(scratch, experts + 4), room = at(choice, experts);
  for (let row = 0; row < rows; row++) {
    if (scoring == SPARSEMIXER) {
      mixSparsely(x, experts, count, jitter, choice, indices, weights);
    } else {
      score(x, experts, scoring, scratch);
      for (let i = 0; i < experts; i++) {
        store<f32>(at(choice, i), load<f32>(at(scratch, i)) + (selectionBias ? load<f32>(at(selectionBias, i)) : 0));
      }
      if (keep < groups) dropGroups(choice, experts, groups, keep, groupScore, room);
      choose(choice, scratch, experts, count, indices, weights);
      if (softmaxChosen) {
        memory.copy(room, weights, <usize>count << 2);
        softmax(room, 1, count, choice);
        memory.copy(weights, choice, <usize>count << 2);
      }
    }
    if (normalization) normalize(weights, count, normalization, epsilon);
    for (let i = 0; i < count; i++) {
      const factor = expertScale ? scale * load<f32>(at(expertScale, load<u32>(at(indices, i)))) : scale;
      store<f32>(at(weights, i), load<f32>(at(weights, i)) * factor);
    }
    x = at(x, experts);
    indices = at(indices, count);
    weights = at(weights, count);
  }
}
