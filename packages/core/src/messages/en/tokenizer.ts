/** Messages of the area `tokenizer`. */
export const tokenizer = {
  'tokenizer.missing-file':
    '{source} has no {file}, expected a tokenizer beside the weights. Download the model again; where it only has another tokenizer format, load it with transformers and call save_pretrained on the tokenizer.',
  'tokenizer.invalid':
    '{file} of {source} could not be read as a tokenizer: {reason}. Download the file again.',
  'tokenizer.unsupported':
    '{file} of {source} has the {part} "{type}", which is not supported. Use another checkpoint of this model, or report it.',
} as const;
