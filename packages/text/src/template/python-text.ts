import type { TemplateValue } from './jinja-types.js';
import type { RenderBudget } from './render-budget.js';

/** What Python's `str` makes of a value, which is what Jinja prints. */
export function pythonText(value: TemplateValue, budget: RenderBudget): string {
  return value.type === 'StringValue' ? (value.value as string) : value.type === 'UndefinedValue' ? '' : pythonRepresentation(value, budget);
}

function pythonRepresentation(value: TemplateValue, budget: RenderBudget): string {
  budget.step();
  switch (value.type) {
    case 'StringValue':
      return quoted(value.value as string);
    case 'BooleanValue':
      return value.value === true ? 'True' : 'False';
    case 'NullValue':
      return 'None';
    case 'UndefinedValue':
      return 'Undefined';
    case 'ArrayValue':
      return `[${items(value, budget).join(', ')}]`;
    case 'TupleValue': {
      const all = items(value, budget);
      return `(${all.join(', ')}${all.length === 1 ? ',' : ''})`;
    }
    case 'ObjectValue':
    case 'NamespaceValue':
      return `{${entries(value, budget).join(', ')}}`;
    case 'FunctionValue':
      return '<function>';
    default:
      return value.toString();
  }
}

function items(value: TemplateValue, budget: RenderBudget): string[] {
  return (value.value as readonly TemplateValue[]).map((item) => pythonRepresentation(item, budget));
}

function entries(value: TemplateValue, budget: RenderBudget): string[] {
  return Array.from(value.value as ReadonlyMap<string, TemplateValue>, ([key, item]) => `${quoted(key)}: ${pythonRepresentation(item, budget)}`);
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\\n\r\t]/g, (character) => escapes[character] ?? character);
  const printable = Array.from(escaped, (character) => (character < ' ' || character === '\x7f' ? `\\x${hex(character)}` : character)).join('');
  return quote + (quote === "'" ? printable.replaceAll("'", "\\'") : printable) + quote;
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(2, '0');
}
