export type { GraphOutputs, ModelGraph } from './model-graph.js';
export type { GraphValue, LeadingDimension, ValueId } from './graph-value.js';
export type { KVStateDeclaration, StateDeclaration } from './state-declaration.js';
export type { WeightDeclaration } from './weight-declaration.js';
export type {
  AddOperation,
  AttentionOperation,
  EmbeddingOperation,
  GatedActivation,
  GatedOperation,
  GraphOperation,
  LinearOperation,
  ReshapeOperation,
  RmsNormOperation,
  RopeOperation,
  SelectRowsOperation,
  TokensOperation,
} from './graph-operation.js';
