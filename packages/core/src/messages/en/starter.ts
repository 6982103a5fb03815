/** Messages of the area `starter`. */
export const starter = {
  'starter.unavailable':
    'The starter model could not be made: {reason}. Remedies: {remedies}',
} as const;
