import type { NativeEvent } from '../abi/native-addon.js';

type FinalType = 'finish' | 'score' | 'embed' | 'devices' | 'cache-saved' | 'cache-loaded' | 'done';

const finalTypes: readonly (FinalType | 'failure')[] = ['finish', 'score', 'embed', 'devices', 'cache-saved', 'cache-loaded', 'done', 'failure'];

/** The event that ended a request well. */
export type FinalEvent = Extract<NativeEvent, { readonly type: FinalType }>;

/** An event after which nothing comes. */
export type EndEvent = FinalEvent | Extract<NativeEvent, { readonly type: 'failure' }>;

/** Whether nothing comes after an event. */
export function endsRequest(event: NativeEvent): event is EndEvent {
  return (finalTypes as readonly string[]).includes(event.type);
}
