/** Longest header that is read, in bytes: the cap of the safetensors reference implementation. */
export const headerLengthLimit: number = 100_000_000;
