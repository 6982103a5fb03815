import { OpenInterpreter, type TemplateEnvironment, type TemplateFunction, type TemplateNode, templateValue, type TemplateValue } from './jinja-types.js';
import { pythonText } from './python-text.js';
import type { RenderBudget } from './render-budget.js';

/** Statements whose text has been counted piece by piece already. */
const composed: ReadonlySet<string> = new Set(['If', 'For', 'CallStatement', 'FilterStatement']);
/** Statements that print nothing, though they are evaluated to null. */
const silent: ReadonlySet<string> = new Set(['Set', 'Macro', 'Comment']);
const widestIndent = 100;

/**
 * Runs a template under a budget. Templates only ever see values that were made for them: members are looked up in maps,
 * never on JavaScript objects, so no prototype and no global can be reached.
 *
 * It prints as Jinja does, where the library does not: `True`, `None` and lists look as in Python, and `~` takes any value.
 */
export class SandboxedInterpreter extends OpenInterpreter {
  readonly #budget: RenderBudget;

  constructor(environment: TemplateEnvironment, budget: RenderBudget) {
    super(environment);
    this.#budget = budget;
  }

  override evaluate(node: TemplateNode | undefined, environment: TemplateEnvironment): TemplateValue {
    this.#budget.step();
    const value = super.evaluate(node, environment);
    if (value.type === 'StringValue') this.#budget.checkLength((value.value as string).length);
    else if (Array.isArray(value.value)) this.#budget.checkLength(value.value.length);
    else if (value.type === 'FunctionValue' && node?.type === 'MemberExpression') return this.#guarded(value);
    return value;
  }

  override evaluateBlock(statements: readonly TemplateNode[], environment: TemplateEnvironment): TemplateValue {
    let text = '';
    for (const statement of statements) {
      const value = this.evaluate(statement, environment);
      if (silent.has(statement.type)) continue;
      const more = pythonText(value, this.#budget);
      if (!composed.has(statement.type)) this.#budget.produce(more.length);
      text += more;
    }
    return templateValue(text);
  }

  override evaluateBinaryExpression(node: TemplateNode, environment: TemplateEnvironment): TemplateValue {
    if (node.operator?.value !== '~') return super.evaluateBinaryExpression(node, environment);
    const left = pythonText(this.evaluate(node.left, environment), this.#budget);
    const right = pythonText(this.evaluate(node.right, environment), this.#budget);
    return templateValue(left + right);
  }

  override applyFilter(operand: TemplateValue, filter: TemplateNode, environment: TemplateEnvironment): TemplateValue {
    const name = filter.type === 'CallExpression' ? filter.callee?.value : filter.value;
    if (name === 'string') return templateValue(pythonText(operand, this.#budget));
    if (name === 'tojson' || name === 'join') this.#walk(operand);
    const args = sized.has(name as string) ? (filter.args ?? []).map((argument) => this.#argument(argument, environment)) : [];
    if (name === 'indent' || name === 'tojson') this.#checkIndent(args);
    if (name === 'join') this.#checkJoin(operand, args);
    if (name === 'replace') this.#checkReplace(operand, args);
    return super.applyFilter(operand, filter, environment);
  }

  #argument(node: TemplateNode, environment: TemplateEnvironment): TemplateValue {
    return this.evaluate(node.type === 'KeywordArgumentExpression' ? (node.value as TemplateNode) : node, environment);
  }

  #checkIndent(args: readonly TemplateValue[]): void {
    const widest = args.find(({ type, value }) => type === 'IntegerValue' && (value as number) > widestIndent);
    if (widest !== undefined) throw this.#budget.exceeded(widestIndent, 'spaces of indent');
  }

  #checkJoin(operand: TemplateValue, [separator]: readonly TemplateValue[]): void {
    const count = Array.isArray(operand.value) ? operand.value.length : lengthOf(operand);
    this.#budget.checkLength(count * lengthOf(separator));
  }

  #checkReplace(operand: TemplateValue, [search, replacement]: readonly TemplateValue[]): void {
    const count = lengthOf(search) === 0 ? lengthOf(operand) + 1 : lengthOf(operand) / lengthOf(search);
    if (count * lengthOf(replacement) <= this.#budget.characters || lengthOf(search) === 0) return this.#budget.checkLength(Math.floor(count) * lengthOf(replacement));
    this.#budget.checkLength(((operand.value as string).split(search?.value as string).length - 1) * lengthOf(replacement));
  }

  /** The method `replace` knows its string, but the sandbox does not: what it would make is found with short replacements. */
  #guarded(method: TemplateValue): TemplateValue {
    const call = method.value as TemplateFunction;
    const guarded: TemplateFunction = (args, scope) => {
      const [search, replacement, ...rest] = args;
      if (search?.type === 'StringValue' && lengthOf(replacement) > 1) {
        const without = lengthOf(call([search, templateValue(''), ...rest], scope));
        const withOne = lengthOf(call([search, templateValue('x'), ...rest], scope));
        this.#budget.checkLength(without + (withOne - without) * lengthOf(replacement));
      }
      return call(args, scope);
    };
    return Object.assign(Object.create(Object.getPrototypeOf(method) as object) as object, method, { value: guarded });
  }

  /** Counts every value below, shared ones as often as they would be printed. */
  #walk(value: TemplateValue): void {
    this.#budget.step();
    const below = value.value;
    if (Array.isArray(below)) for (const item of below) this.#walk(item as TemplateValue);
    else if (below instanceof Map) for (const item of below.values()) this.#walk(item as TemplateValue);
  }
}

/** Filters whose result can be much larger than what goes in. */
const sized: ReadonlySet<string> = new Set(['indent', 'tojson', 'join', 'replace']);

function lengthOf(value: TemplateValue | undefined): number {
  return value?.type === 'StringValue' ? (value.value as string).length : 0;
}
