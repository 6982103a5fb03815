/** Messages of the area `model`. */
export const model = {
  'model.not-found':
    'The model "{model}" was not found: {reason}. Give a folder, a registry name (see "mlxengine list") or a hub id such as owner/name.',
  'model.not-on-hub':
    '{source} has no model {model}. Check the name; models are named owner/name.',
  'model.invalid-id':
    '"{model}" is no hub id, expected owner/name, such as mlx-community/SmolLM2-135M-Instruct. A revision is given apart.',
  'model.invalid-revision':
    '"{revision}" is no revision of {model}, expected a branch, a tag or a commit.',
  'model.no-folder':
    'There is no folder at {path}. Check the path.',
  'model.not-a-folder':
    '{path} is a file, expected the folder of a model.',
  'model.no-file':
    '{model} has no file {file}.',
  'model.no-revision':
    '{source} has no revision {revision} of {model}. Give a branch, a tag or a commit that is there; the default is main.',
} as const;
