/** Messages of the area `conformance`. */
export const conformance = {
  'conformance.failed':
    'Conformance test "{test}": {detail}',
} as const;
