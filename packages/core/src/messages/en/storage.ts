/** Messages of the area `storage`. */
export const storage = {
  'storage.disk-full':
    'There is no space left on the disk for {path}. Free some space and try again; nothing half-written is left.',
  'storage.read-failed':
    '{path} could not be read: {reason}',
  'storage.write-failed':
    '{path} could not be written: {reason}',
  'storage.too-short':
    '{path} has {found} bytes, expected at least {expected}. It may have been cut off; get the model again.',
  'storage.unavailable':
    'This browser gives the page no private file system (OPFS), which downloads need. Use HTTPS or localhost and a newer browser, or open the model by its URL.',
} as const;
