/** Messages of the area `storage`. */
export const storage = {
  'storage.disk-full':
    'There is no space left on the disk for {path}. Free some space and try again; nothing half-written is left.',
  'storage.read-failed':
    '{path} could not be read: {reason}',
  'storage.write-failed':
    '{path} could not be written: {reason}',
} as const;
