/** Messages of the area `download`. */
export const download = {
  'download.failed':
    'Downloading {file} from {source} failed: {reason}. Check the network and try again; what is complete is kept.',
  'download.offline':
    'The model {model} is not complete in the cache {cache}, and the network is switched off. Unset HF_HUB_OFFLINE (or the option "offline") and try again.',
  'download.token-needed':
    '{source} gives {model} only to those who sign in, or has no such model. Check the name; for a private or gated model set HF_TOKEN to a token of an account that may read it.',
  'download.token-refused':
    '{source} did not accept the token for {model}. Make a new one in the account\'s settings there and set HF_TOKEN to it.',
  'download.gated':
    'The model {model} is gated: {source} gives it only to accounts that agreed to its terms. Agree on the model\'s page, then set HF_TOKEN to a token of that account.',
  'download.checksum':
    '{file} from {source} is corrupt: expected the hash {expected}, found {found}. The bytes were thrown away; try again.',
  'download.wrong-size':
    '{file} from {source} has {found} bytes, expected {expected}. Try again; if it stays so, the server is at fault.',
  'download.unsafe-name':
    '{source} lists a file named {file}, which would lie outside the model\'s folder. Nothing of this model was downloaded.',
  'download.no-weights':
    '{model} on {source} holds no safetensors file, so there is nothing to run. Choose a model in MLX\'s format, such as one of mlx-community.',
  'download.invalid-answer':
    '{source} answered something that is no answer of a hub: {reason}. Check HF_ENDPOINT (or the option "endpoint").',
  'download.status':
    '{source} answered {status} for {file}. Try again later; what is complete is kept.',
  'download.incomplete':
    '{source} ended {file} after {found} of {expected} bytes. Check the network and try again; what is complete is kept.',
  'download.wrong-part':
    '{source} sent {file} from byte {found}, expected byte {expected}. Try again; if it stays so, the server is at fault.',
  'download.no-commit':
    '{source} does not say which commit {model} is at. Check HF_ENDPOINT (or the option "endpoint").',
  'download.endless-listing':
    '{source} lists files without end. Check HF_ENDPOINT (or the option "endpoint").',
  'download.listing-entry':
    '{source} lists the file {file} with {field}: {found}. Check HF_ENDPOINT (or the option "endpoint").',
  'download.listed-twice':
    '{source} lists {file} twice. Check HF_ENDPOINT (or the option "endpoint").',
  'download.redirects':
    '{source} redirects more than {limit} times. Check HF_ENDPOINT (or the option "endpoint").',
  'download.redirect-target':
    '{source} redirects to {found}, which is no web address. Check HF_ENDPOINT (or the option "endpoint").',
  'download.no-ranges':
    '{file} at {source} has {size} bytes and the server sends no parts of files (ranges), which files over {limit} bytes need. Use a server that does.',
} as const;
