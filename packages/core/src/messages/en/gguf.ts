/** Messages of the area `gguf`. */
export const gguf = {
  'gguf.bad-magic':
    '{file} does not begin with "GGUF", found {found}. Is it a GGUF file?',
  'gguf.duplicate':
    '{file} holds {what} twice. The file is damaged; get it again.',
  'gguf.invalid-tensor':
    'Tensor "{tensor}" of {file}: expected {expected}, found {found}. The file is damaged or made for another model.',
  'gguf.invalid-text':
    '{what} of {file} is not valid UTF-8. The file is damaged; get it again.',
  'gguf.invalid-value':
    'Metadata "{key}" of {file}: expected {expected}, found {found}.',
  'gguf.limit':
    '{what} of {file} is {found}, over the limit of {limit}. The file is damaged or hostile.',
  'gguf.missing-metadata':
    '{file} has no metadata "{key}", which the conversion needs. Get a file made by a newer converter.',
  'gguf.missing-tensor':
    '{file} has no tensor "{tensor}". It is incomplete; get the whole model.',
  'gguf.overlap':
    'Tensors "{first}" and "{second}" of {file} overlap. The file is damaged; get it again.',
  'gguf.truncated':
    '{file} ends too early: {what} reaches byte {expected}, the file has {found}. It is incomplete or damaged; get it again.',
  'gguf.unknown-tensor':
    '{file} has a tensor "{tensor}" that its family does not know, so it computes something else. Use the model in MLX\'s format instead.',
  'gguf.unsupported':
    '{file} needs {feature}, which cannot be translated. Use the model in MLX\'s format instead.',
  'gguf.unsupported-tokenizer':
    '{key} of {file} is "{found}"; known: {supported}. A tokenizer is never guessed: use the model in MLX\'s format instead.',
  'gguf.unsupported-type':
    'Tensor "{tensor}" of {file} has the type {type}; supported: {supported}. Get the model in one of these.',
  'gguf.unsupported-version':
    '{file} is GGUF version {found}; supported: 2 and 3, little-endian. Get a newer file of the model.',
} as const;
