import { Environment, Interpreter } from '@huggingface/jinja';

/** A node of a parsed template, as far as the sandbox looks at it. */
export interface TemplateNode {
  readonly type: string;
  readonly value?: unknown;
  readonly callee?: TemplateNode;
  readonly property?: TemplateNode;
  readonly computed?: boolean;
  readonly args?: readonly TemplateNode[];
  readonly operator?: { readonly value: string };
  readonly left?: TemplateNode;
  readonly right?: TemplateNode;
}

/** A value while a template runs. */
export interface TemplateValue {
  readonly type: string;
  readonly value: unknown;
  toString(): string;
}

/** A function while a template runs. */
export type TemplateFunction = (args: readonly TemplateValue[], scope: Environment) => TemplateValue;

/**
 * The interpreter of `@huggingface/jinja` 0.5 with the methods that its types keep private: the sandbox has to stand
 * between them. The version is pinned exactly, and a test fails where one of them is gone.
 */
export interface OpenInterpreter {
  evaluate(node: TemplateNode | undefined, environment: Environment): TemplateValue;
  evaluateBlock(statements: readonly TemplateNode[], environment: Environment): TemplateValue;
  evaluateBinaryExpression(node: TemplateNode, environment: Environment): TemplateValue;
  applyFilter(operand: TemplateValue, filter: TemplateNode, environment: Environment): TemplateValue;
}

/** Constructor of {@link OpenInterpreter}. */
export const OpenInterpreter: new (environment: Environment) => OpenInterpreter =
  Interpreter as unknown as new (environment: Environment) => OpenInterpreter;

/** A JavaScript value as the template sees it. */
export function templateValue(value: unknown): TemplateValue {
  return new Environment().set('value', value);
}
