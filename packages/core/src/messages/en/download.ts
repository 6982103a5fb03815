/** Messages of the area `download`. */
export const download = {
  'download.failed':
    'Downloading {file} from {source} failed: {reason}. Check the network and try again; what is complete is kept.',
} as const;
