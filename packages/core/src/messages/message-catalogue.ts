import type { en } from './en/index.js';

/** Key of a message, which is also the `code` of the error that carries it. */
export type MessageKey = keyof typeof en;

/** A text for every key, with `{placeholder}`s. */
export type MessageCatalogue = { readonly [Key in MessageKey]: string };

type PlaceholderNames<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${string} ${string}` ? never : Name) | PlaceholderNames<Rest>
  : never;

/** Values for the placeholders of a message. */
export type MessageParameters<Key extends MessageKey> = {
  readonly [Name in PlaceholderNames<(typeof en)[Key]>]: string | number;
};
