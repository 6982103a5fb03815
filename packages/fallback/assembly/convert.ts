import { elementShift, loadFloat } from './half';

/** Converts `count` elements of a type to float32. */
export function convertVector(type: i32, from: usize, count: i32, to: usize): void {
  for (let i = 0; i < count; i++) store<f32>(to + (<usize>i << 2), loadFloat(type, from + (<usize>i << elementShift(type))));
}
