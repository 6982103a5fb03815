import type { GraphOperation, ModelGraph, StateDeclaration, WeightDeclaration } from '@mlxengine/core/graph';
import { formatShape } from '../tensors/dtype.js';
import { formatValue } from './format-value.js';

/**
 * A graph as text, one operation a line, for people and for snapshot tests. Values are `%id`, weights their paths.
 */
export function describeGraph(graph: ModelGraph): string {
  const { architecture, vocabularySize, contextLength, outputs } = graph;
  return [
    `${architecture}: vocabulary ${vocabularySize}, context ${contextLength}`,
    'weights',
    ...graph.weights.map((weight) => `  ${describeWeight(weight)}`),
    'states',
    ...graph.states.map((state) => `  ${describeState(state)}`),
    'operations',
    ...graph.operations.map((operation) => `  ${describeOperation(operation, graph)}`),
    `outputs logits %${outputs.logits}`,
    '',
  ].join('\n');
}

function describeWeight({ path, kind, shape, bias }: WeightDeclaration): string {
  return `${path}: ${kind} ${formatShape(shape)}${bias ? ' + bias' : ''}`;
}

function describeState({ name, type, heads, keyDimension, valueDimension }: StateDeclaration): string {
  return `${name}: ${type} ${heads} heads, keys ${keyDimension}, values ${valueDimension}`;
}

function describeOperation(operation: GraphOperation, graph: ModelGraph): string {
  const value = graph.values[operation.output];
  const type = value === undefined ? '?' : formatValue(value);
  return `%${operation.output} = ${operation.type}(${describeInputs(operation).join(', ')}) : ${type}`;
}

function describeInputs(operation: GraphOperation): readonly string[] {
  switch (operation.type) {
    case 'tokens': return [];
    case 'embedding':
    case 'linear': return [`%${operation.input}`, operation.weight];
    case 'rmsNorm': return [`%${operation.input}`, operation.weight, `epsilon ${operation.epsilon}`];
    case 'reshape':
    case 'selectRows': return [`%${operation.input}`];
    case 'rope': return [`%${operation.input}`, ...describeRope(operation)];
    case 'attention':
      return [`%${operation.queries}`, `%${operation.keys}`, `%${operation.values}`, operation.state, `scale ${round(operation.scale)}`];
    case 'gated': return [operation.activation, `%${operation.gate}`, `%${operation.up}`];
    case 'add': return [`%${operation.left}`, `%${operation.right}`];
  }
}

function describeRope(rope: Extract<GraphOperation, { type: 'rope' }>): readonly string[] {
  const { rotaryDimensions, traditional, inverseFrequencies, amplitude } = rope;
  const frequencies = `frequencies ${round(inverseFrequencies[0] ?? NaN)} … ${round(inverseFrequencies.at(-1) ?? NaN)}`;
  const parts = [`${rotaryDimensions} ${traditional ? 'neighbours' : 'halves'}`, frequencies];
  return amplitude === 1 ? parts : [...parts, `amplitude ${round(amplitude)}`];
}

function round(value: number): string {
  return String(Number(value.toPrecision(6)));
}
