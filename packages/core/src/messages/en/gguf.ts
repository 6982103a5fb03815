/** Messages of the area `gguf`. */
export const gguf = {
  'gguf.bad-magic':
    '{file} does not begin with "GGUF", found {found}. Is it a GGUF file?',
} as const;
