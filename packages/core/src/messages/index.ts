export { de } from './de/index.js';
export { en } from './en/index.js';
export { formatMessage, setMessageCatalogue } from './format-message.js';
export type { MessageCatalogue, MessageKey, MessageParameters } from './message-catalogue.js';
