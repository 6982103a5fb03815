/** Messages of the area `checkpoint`. */
export const checkpoint = {
  'checkpoint.missing-file':
    '{source} has no {file}. Is it a model in MLX\'s format?',
  'checkpoint.no-weights':
    '{source} has no *.safetensors file with weights. Download the model completely, or import it if it is in another format.',
  'checkpoint.unsafe-name':
    '{file} names the file {name}, which is not the name of a file beside it. The checkpoint is damaged or hostile; do not use it.',
  'checkpoint.file-too-large':
    '{file} has {found} bytes, expected at most {expected}. It is damaged or not what its name says; download it again.',
  'checkpoint.not-utf8':
    '{file} is not UTF-8 text. Download it again.',
  'checkpoint.json-syntax':
    '{file} is not valid JSON: expected {expected} at character {position}, found {found}. Download it again.',
  'checkpoint.json-depth':
    '{file} nests its JSON deeper than {expected} levels. It is damaged or hostile; do not use it.',
  'checkpoint.json-duplicate-key':
    '{file} has the key {key} twice. It is damaged or hostile; download it again.',
  'checkpoint.config-value':
    '{file}: "{key}" is {found}, expected {expected}. Correct the file or download it again.',
  'checkpoint.header-truncated':
    '{file} has {found} bytes, expected {expected} for its safetensors header alone. The download is incomplete; download it again.',
  'checkpoint.header-length':
    '{file} is no safetensors file: its header would have {found} bytes, expected 2 up to {expected}. Download it again.',
  'checkpoint.header-entry':
    '{file}: {field} of the tensor {tensor} is {found}, expected {expected}. The file is damaged; download it again.',
  'checkpoint.header-metadata':
    '{file}: the metadata {key} is {found}, expected a string. The file is damaged; download it again.',
  'checkpoint.tensor-size':
    '{file}: the tensor {tensor} of {dtype} {shape} has {found} bytes, expected {expected}. The file is damaged; download it again.',
  'checkpoint.tensor-range':
    '{file}: the tensor {tensor} begins at byte {found} of the data, expected {expected}, where the one before it ends. The file is damaged; download it again.',
  'checkpoint.tensor-truncated':
    '{file} is too short for the tensor {tensor}: it has {found} bytes, expected {expected}. The download is incomplete; download it again.',
  'checkpoint.trailing-data':
    '{file} has {found} bytes, expected {expected}, where its last tensor ends. The file is damaged; download it again.',
  'checkpoint.duplicate-tensor':
    'The tensor {tensor} is in both {first} and {second}, and no index says which of them counts. Remove the file that does not belong to the model.',
  'checkpoint.unknown-tensor':
    '{source} has no tensor {tensor}.',
  'checkpoint.missing-tensor':
    '{source} has no tensor {tensor}, which its {architecture} model needs. The checkpoint is incomplete; download it again.',
  'checkpoint.unused-tensors':
    '{source} has {count} tensors that its {architecture} model has no use for, such as {tensor}. config.json and weights do not belong together; download the model again.',
  'checkpoint.tensor-mismatch':
    'The tensor {tensor} of {source} is {found}, expected {expected}. config.json and weights do not belong together; download the model again.',
  'checkpoint.reference-mismatch':
    'The tensor {tensor} of the reference {file} is {found}, expected {expected}. The reference does not belong to this model, or has another form; write it again.',
  'checkpoint.quantization-mismatch':
    'The weight {path} of {source} cannot be read as quantized: {tensor} is {found}, expected {expected}. config.json and weights do not belong together; download the model again.',
  'checkpoint.short-read':
    '{file}: {found} bytes were read for the tensor {tensor}, expected {expected}. The file changed or its source is broken; load the model again.',
  'checkpoint.write-size':
    'The tensor {tensor} of {dtype} {shape} takes {expected} bytes, but {found} were given to write.',
  'checkpoint.tensor-refused':
    'The tensor {tensor} cannot be loaded: {reason}. config.json and weights do not belong together; download the model again.',
  'checkpoint.rewrite-misfit':
    'A tensor of the checkpoint cannot be brought to what the model needs: [{operation}] expected {expected}, found {found}.',
  'checkpoint.adapter-file':
    '{source} has no {file}, expected the folder of an adapter as mlx-lm or PEFT writes it.',
  'checkpoint.adapter-layer':
    'The adapter {source} changes the layer {layer}, which the {architecture} model does not have or keeps in another form. Use an adapter that was made for this model, or a model with the adapter merged into it.',
  'checkpoint.adapter-shape':
    'The tensor {tensor} of the adapter {source} is {found}, expected {expected}. It was made for another model, or its configuration and weights do not belong together.',
  'checkpoint.adapter-tensor':
    'The adapter {source} has the tensor {tensor}, which is nothing that an adapter of {format} has. Use another export of it.',
  'checkpoint.adapter-incomplete':
    'The adapter {source} has no {tensor}, which its layer needs. Download it again.',
  'checkpoint.cache-file':
    '{file} cannot be loaded as cached states of this model: {reason}. It is damaged, of another model or no file of a prompt cache; save it again.',
} as const;
