import type { chat as english } from '../en/chat.js';
import type { Translation } from '../translation.js';

/** Messages of the area `chat`, in German. */
export const chat: Translation<typeof english> = {
  'chat.busy':
    'Die Chat-Sitzung antwortet noch. Warte die Antwort ab oder brich sie zuerst ab.',
};
