import type { TensorWithBytes } from '../tiny-model/dense-tensor.js';

/** One safetensors file: length of the header, header, tensors by name, one after another. */
export function safetensorsFile(tensors: readonly TensorWithBytes[]): Uint8Array {
  const sorted = [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1));
  const header: Record<string, unknown> = { __metadata__: { format: 'mlx' } };
  let end = 0;
  for (const { name, dtype, shape, bytes } of sorted) {
    header[name] = { dtype, shape, data_offsets: [end, end + bytes.length] };
    end += bytes.length;
  }
  const text = JSON.stringify(header);
  const head = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const file = new Uint8Array(8 + head.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(head.length), true);
  file.set(head, 8);
  let offset = 8 + head.length;
  for (const { bytes } of sorted) {
    file.set(bytes, offset);
    offset += bytes.length;
  }
  return file;
}
