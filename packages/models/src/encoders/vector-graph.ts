import { GraphError } from '@mlxengine/core';
import type { AttentionOperation, GraphOperation, GraphValue, ModelGraph, ValueId } from '@mlxengine/core/graph';
import { GraphBuilder } from '../graph/graph-builder.js';
import type { EmbeddingModule } from './read-sentence-transformers.js';

/** How a decoder's graph becomes an encoder's. */
export interface DecoderOptions {
  /** Whether tokens see those after them, too (EmbeddingGemma). */
  readonly bidirectional: boolean;
}

/**
 * A graph of vectors out of one that generates: attention keeps nothing, a sequence goes through whole, and the head goes.
 * @returns the graph as far as the vectors of all tokens, and those
 * @throws `GraphError` for a model whose layers recur
 */
export function decoderAsEncoder(graph: ModelGraph, options: DecoderOptions): { readonly graph: ModelGraph; readonly hidden: ValueId } {
  const stateless = withoutStates(graph, options);
  const head = findHead(stateless);
  const operations = stateless.operations.slice(0, stateless.operations.indexOf(head));
  const values = withLeading(stateless.values, 'rows', 'tokens');
  return { graph: withUsedWeights({ ...stateless, values, operations: withoutSelection(operations, graph) }), hidden: renamed(head.input, graph) };
}

/** A graph of one row of logits a sequence, the last token's, out of one that generates: for rerankers that answer yes or no. */
export function decoderAsScorer(graph: ModelGraph, options: DecoderOptions): ModelGraph {
  const stateless = withoutStates(graph, options);
  const operations = stateless.operations.map((operation): GraphOperation =>
    (operation.type === 'selectRows' ? { ...operation, type: 'pool', mode: 'last' } : operation));
  const { logits } = graph.outputs;
  return { ...stateless, values: withLeading(stateless.values, 'rows', 'sequences'), operations, outputs: { pooled: logits! } };
}

/** Puts sentence-transformers' modules behind the vectors of all tokens. */
export function withModules(graph: ModelGraph, hidden: ValueId, modules: readonly EmbeddingModule[]): ModelGraph {
  const builder = new GraphBuilder(graph);
  const { architecture, vocabularySize, contextLength } = graph;
  let vector: ValueId | undefined;
  for (const module of modules) {
    if (module.type === 'pooling') {
      const vectors = module.modes.map((mode) => builder.pool(hidden, mode === 'cls' ? 'first' : mode));
      vector = vectors.length === 1 ? vectors[0]! : builder.concat(vectors);
    } else if (vector === undefined) {
      throw new GraphError('graph.shape-mismatch', { operation: module.type, detail: 'modules', expected: 'pooling first', found: module.type });
    } else if (module.type === 'dense') {
      const linear = builder.linear(vector, `${module.path}.linear`, { dimensions: module.dimensions, bias: module.bias });
      vector = module.activation === undefined ? linear : builder.unary(module.activation, linear);
    } else {
      vector = builder.l2Norm(vector);
    }
  }
  return builder.build({ architecture, hidden, pooled: vector, vocabularySize, contextLength });
}

/** Puts a classifier's head behind the last token's vector, as `…ForSequenceClassification` of decoders has it. */
export function withScore(graph: ModelGraph, hidden: ValueId, labels: number): ModelGraph {
  const builder = new GraphBuilder(graph);
  const pooled = builder.linear(builder.pool(hidden, 'last'), 'score', { dimensions: labels });
  const { architecture, vocabularySize, contextLength } = graph;
  return builder.build({ architecture, hidden, pooled, vocabularySize, contextLength });
}

function withoutStates(graph: ModelGraph, { bidirectional }: DecoderOptions): ModelGraph {
  const recurrent = graph.states.find(({ type }) => type !== 'kv');
  if (recurrent !== undefined) {
    throw new GraphError('graph.shape-mismatch', { operation: 'embed', detail: graph.architecture, expected: 'kv', found: recurrent.type });
  }
  const stateless = (operation: AttentionOperation): AttentionOperation => {
    const { state: _, window, ...rest } = operation;
    // Half of the window on each side, as transformers has it.
    const own = window === undefined || !bidirectional ? window : Math.floor(window / 2) + 1;
    return { ...rest, causal: !bidirectional, ...(own !== undefined && { window: own }) };
  };
  return { ...graph, states: [], operations: graph.operations.map((operation) => (operation.type === 'attention' ? stateless(operation) : operation)) };
}

/** The linear that makes the logits, which may be scaled or capped after it. */
function findHead({ operations, architecture }: ModelGraph): Extract<GraphOperation, { type: 'linear' }> {
  const head = operations.findLast((operation) => operation.type === 'linear');
  if (head?.type === 'linear') return head;
  throw new GraphError('graph.shape-mismatch', { operation: 'embed', detail: architecture, expected: 'linear', found: 'none' });
}

/** What chose rows is left out: who reads them reads all tokens. */
function withoutSelection(operations: readonly GraphOperation[], graph: ModelGraph): GraphOperation[] {
  const kept = operations.filter(({ type }) => type !== 'selectRows');
  return kept.map((operation) => mapInputs(operation, (id) => renamed(id, graph)));
}

function renamed(id: ValueId, graph: ModelGraph): ValueId {
  const selection = graph.operations.find((operation) => operation.type === 'selectRows' && operation.output === id);
  return selection?.type === 'selectRows' ? selection.input : id;
}

/** Norms and element-wise work alone lie between the choice of rows and the head. */
function mapInputs(operation: GraphOperation, map: (id: ValueId) => ValueId): GraphOperation {
  if ('left' in operation) return { ...operation, left: map(operation.left), right: map(operation.right) };
  if ('gate' in operation) return { ...operation, gate: map(operation.gate), up: map(operation.up) };
  return 'input' in operation ? { ...operation, input: map(operation.input) } : operation;
}

function withLeading(values: readonly GraphValue[], from: GraphValue['leading'], to: GraphValue['leading']): readonly GraphValue[] {
  return values.map((value) => (value.leading === from ? { ...value, leading: to } : value));
}

/** A head of its own is read no more. */
function withUsedWeights(graph: ModelGraph): ModelGraph {
  const used = new Set(graph.operations.flatMap((operation) => Object.values(operation).filter((value) => typeof value === 'string')));
  return { ...graph, weights: graph.weights.filter(({ path }) => used.has(path)) };
}
