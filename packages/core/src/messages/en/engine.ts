/** Messages of the area `engine`. */
export const engine = {
  'engine.generation-failed':
    'The generation failed: {reason}',
  'engine.invalid-part':
    'The engine of {model} yielded something that is no stream part: {found}. Report this to its authors.',
  'engine.missing-finish':
    'The stream of the engine of {model} ended without a finish part. Report this to its authors.',
  'engine.part-after-finish':
    'The engine of {model} yielded a part of type "{type}" after its finish part. Report this to its authors.',
} as const;
