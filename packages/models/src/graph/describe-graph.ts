import { operationInputs, operationOutputs } from '@mlxengine/core/graph';
import type { GraphOperation, GraphOutputs, ModelGraph, StateDeclaration, WeightDeclaration } from '@mlxengine/core/graph';
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
    describeOutputs(outputs),
    '',
  ].join('\n');
}

function describeWeight({ path, kind, shape, bias }: WeightDeclaration): string {
  return `${path}: ${kind} ${formatShape(shape)}${bias ? ' + bias' : ''}`;
}

function describeState({ name, type, ...settings }: StateDeclaration): string {
  return `${name}: ${type} ${describeSettings(settings).join(', ')}`;
}

function describeOperation(operation: GraphOperation, graph: ModelGraph): string {
  const outputs = operationOutputs(operation);
  const types = outputs.map((id) => formatValue(graph.values[id] ?? { leading: 'none', dimensions: [], dtype: 'float' }));
  const inputs = operationInputs(operation).map((id) => `%${id}`);
  const settings = describeSettings(settingsOf(operation));
  return `${outputs.map((id) => `%${id}`).join(', ')} = ${operation.type}(${[...inputs, ...settings].join(', ')}) : ${types.join(', ')}`;
}

function describeOutputs(outputs: GraphOutputs): string {
  return `outputs ${Object.entries(outputs).map(([name, id]) => `${name} %${String(id)}`).join(', ')}`;
}

/** What an operation carries besides values. */
function settingsOf(operation: GraphOperation): Readonly<Record<string, unknown>> {
  const ids = new Set([...operationInputs(operation), ...operationOutputs(operation)]);
  const values = ['input', 'inputs', 'left', 'right', 'gate', 'up', 'queries', 'rotatedQueries', 'keys', 'rotatedKeys', 'values', 'latents',
    'indices', 'weights', 'dt', 'decay', 'a', 'b', 'c', 'output', 'type'];
  const isValue = (name: string, setting: unknown): boolean =>
    values.includes(name) || (name === 'beta' && operation.type === 'gatedDelta' && ids.has(setting as number));
  return Object.fromEntries(Object.entries(operation).filter(([name, setting]) => !isValue(name, setting)));
}

function describeSettings(settings: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(settings).map(([name, setting]) => {
    if (name === 'inverseFrequencies') return describeFrequencies(setting as readonly number[]);
    if (typeof setting === 'string') return name === 'weight' || name === 'state' || name === 'function' ? setting : `${name} ${setting}`;
    return `${name} ${describeSetting(setting)}`;
  });
}

function describeSetting(setting: unknown): string {
  if (typeof setting === 'number') return round(setting);
  if (Array.isArray(setting)) return formatShape(setting as readonly number[]);
  if (typeof setting !== 'object' || setting === null) return String(setting);
  return `{ ${Object.entries(setting).map(([name, value]) => `${name} ${describeSetting(value)}`).join(', ')} }`;
}

function describeFrequencies(frequencies: readonly number[]): string {
  return `frequencies ${round(frequencies[0] ?? NaN)} … ${round(frequencies.at(-1) ?? NaN)}`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(6)));
}
