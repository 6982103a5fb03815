// Vectors in the order of the groups that they fall into, see `GroupCall`.

/**
 * Counts and sorts the vectors by their group, keeping their order within one.
 * @param indices - a group for each vector; 0: vector i is of group i mod groups
 * @param offsets - groups + 1 numbers: where each group begins
 */
export function groupVectors(indices: usize, count: i32, groups: i32, order: usize, offsets: usize): void {
  memory.fill(offsets, 0, <usize>(groups + 1) << 2);
  for (let i = 0; i < count; i++) {
    const p = offsets + (<usize>(groupOf(indices, i, groups) + 1) << 2);
    store<u32>(p, load<u32>(p) + 1);
  }
  for (let group = 0; group < groups; group++) {
    const p = offsets + (<usize>group << 2);
    store<u32>(p, load<u32>(p) + load<u32>(p, 4), 4);
  }
  // Places are counted up in the offsets themselves, which ends with each at the next one's begin; so they move back by one.
  for (let i = 0; i < count; i++) {
    const p = offsets + (<usize>groupOf(indices, i, groups) << 2);
    const place = load<u32>(p);
    store<u32>(order + (<usize>place << 2), i);
    store<u32>(p, place + 1);
  }
  memory.copy(offsets + 4, offsets, <usize>groups << 2);
  store<u32>(offsets, 0);
}

// @ts-ignore: decorator
@inline
function groupOf(indices: usize, i: i32, groups: i32): u32 {
  return indices ? load<u32>(indices + (<usize>i << 2)) : <u32>(i % groups);
}

/** Vector `order[i] / shared` to place i. */
export function gatherVectors(x: usize, order: usize, count: i32, shared: u32, columns: i32, y: usize): void {
  const bytes = <usize>columns << 2;
  for (let i = 0; i < count; i++) memory.copy(y + <usize>i * bytes, x + <usize>(load<u32>(order + (<usize>i << 2)) / shared) * bytes, bytes);
}

/** Place i to vector `order[i]`. */
export function scatterVectors(x: usize, order: usize, count: i32, columns: i32, y: usize): void {
  const bytes = <usize>columns << 2;
  for (let i = 0; i < count; i++) memory.copy(y + <usize>load<u32>(order + (<usize>i << 2)) * bytes, x + <usize>i * bytes, bytes);
}
