import * as library from '@huggingface/jinja';

/** A node of a parsed template, as far as the sandbox looks at it. */
export interface TemplateNode {
  readonly type: string;
  readonly value?: unknown;
  readonly callee?: TemplateNode;
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
export type TemplateFunction = (args: readonly TemplateValue[], scope: TemplateEnvironment) => TemplateValue;

/** The variables of a template. */
export interface TemplateEnvironment {
  /** Declares a variable and returns its value as the template sees it. */
  set(name: string, value: unknown): TemplateValue;
}

/**
 * The interpreter of `@huggingface/jinja` 0.5 with the methods that its types keep private: the sandbox has to stand
 * between them. The version is pinned exactly, and tests fail where one of them is gone.
 */
export interface OpenInterpreter {
  evaluate(node: TemplateNode | undefined, environment: TemplateEnvironment): TemplateValue;
  evaluateBlock(statements: readonly TemplateNode[], environment: TemplateEnvironment): TemplateValue;
  evaluateBinaryExpression(node: TemplateNode, environment: TemplateEnvironment): TemplateValue;
  applyFilter(operand: TemplateValue, filter: TemplateNode, environment: TemplateEnvironment): TemplateValue;
}

/** What is used of the library; its own types cannot be resolved under Node's rules for modules. */
interface Library {
  readonly Interpreter: new (environment: TemplateEnvironment) => OpenInterpreter;
  readonly Environment: new () => TemplateEnvironment;
  tokenize(text: string, options: { readonly lstrip_blocks: boolean; readonly trim_blocks: boolean }): readonly unknown[];
  parse(tokens: readonly unknown[]): TemplateNode;
}

const typed: Library = library;

/** The library's interpreter, with the members that our sandbox overrides. */
export const OpenInterpreter: Library['Interpreter'] = typed.Interpreter;
/** The library's scope of variables, a constructor. */
export const Environment: Library['Environment'] = typed.Environment;

/** Parses a template with the block settings of transformers. @throws `SyntaxError` */
export function parseTemplate(text: string): TemplateNode {
  return typed.parse(typed.tokenize(text, { lstrip_blocks: true, trim_blocks: true }));
}

/** A JavaScript value as the template sees it. */
export function templateValue(value: unknown): TemplateValue {
  return new Environment().set('value', value);
}
