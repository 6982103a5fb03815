/** Messages of the area `starter`. */
export const starter = {
  'starter.unavailable':
    'The starter model could not be made. With pip: {pip} With uv: {uv} From the hub: {hub} Remedies: check the network and its proxy (HTTPS_PROXY, PIP_INDEX_URL, HF_ENDPOINT); install pip ("python3 -m ensurepip --user", or your system\'s python3-pip) or uv; then run "pnpm --filter @mlxengine/starter-model build" again. Any other model works without it: "--model <folder or hub id>".',
  'starter.no-command':
    'none of {commands} can be run here.',
  'starter.command-failed':
    '"{command}" failed: {output}',
  'starter.wrong-hash':
    '{file} has the SHA-256 {found}, expected {expected}.',
  'starter.no-entry':
    '{file} holds no {entry}.',
  'starter.bad-archive':
    '{file} could not be unpacked: {reason}',
  'starter.incomplete-download':
    '{model} has no {file}.',
  'starter.not-built':
    'The starter model is not in {folder}. In a checkout run "pnpm --filter @mlxengine/starter-model build"; elsewhere install @mlxengine/starter-model again.',
  'starter.incomplete':
    'The starter model in {folder} is not whole: {file} is missing or has not the size it was written with. In a checkout run "pnpm --filter @mlxengine/starter-model build"; elsewhere install @mlxengine/starter-model again.',
} as const;
