import { en } from './en/index.js';
import type { MessageCatalogue, MessageKey } from './message-catalogue.js';

/** On `globalThis`, so that every bundled copy of core shares what the application chose. */
const chosenKey: symbol = Symbol.for('mlxengine.messages');

type Host = Record<symbol, Partial<MessageCatalogue> | undefined>;

/**
 * Chooses the texts of all messages from now on, such as `de` or an application's own; keys that are missing stay
 * English. `undefined` goes back to English.
 */
export function setMessageCatalogue(catalogue: Partial<MessageCatalogue> | undefined): void {
  (globalThis as unknown as Host)[chosenKey] = catalogue;
}

/**
 * Text of a message.
 * @param parameters - values for the `{placeholder}`s
 * @param catalogue - default: what {@link setMessageCatalogue} chose, else English
 */
export function formatMessage(
  key: MessageKey,
  parameters: Readonly<Record<string, string | number>>,
  catalogue: Partial<MessageCatalogue> = (globalThis as unknown as Host)[chosenKey] ?? en,
): string {
  const text: string = catalogue[key] ?? en[key] ?? key; // A third party's own code may have no text here.
  return text.replace(/\{(\w+)\}/g, (match, name: string) => String(parameters[name] ?? match));
}
