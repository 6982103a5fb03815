import type { GenerateResult, GenerationStream, StreamEvent } from '@mlxengine/core';

/**
 * A stream whose readers see its end only when something else has been done about the result. So whoever has read an
 * answer to its end, or left it, finds the session ready.
 * @param done - settles when it has been done
 */
export function settleBeforeEnd(stream: GenerationStream, done: Promise<GenerateResult>): GenerationStream {
  const settled = done.then(
    () => undefined,
    () => undefined, // Also marks it as handled: a result that nobody reads is no unhandled rejection.
  );
  return {
    result: done,
    events: { [Symbol.asyncIterator]: () => delayed(stream.events[Symbol.asyncIterator](), settled, isLast, false) },
    [Symbol.asyncIterator]: () => delayed(stream[Symbol.asyncIterator](), settled, () => false, true),
  };
}

function isLast(event: StreamEvent): boolean {
  return event.type === 'finish';
}

/** @param leavingEndsIt - whether leaving this view cancels the work, which then settles soon */
function delayed<Item>(inner: AsyncIterator<Item>, settled: Promise<void>, isLastItem: (item: Item) => boolean, leavingEndsIt: boolean): AsyncIterator<Item> {
  return {
    next: async () => {
      const step = await inner.next().catch(async (error: unknown) => {
        await settled;
        throw error;
      });
      if (step.done === true || isLastItem(step.value)) await settled;
      return step;
    },
    return: async () => {
      await inner.return?.();
      if (leavingEndsIt) await settled;
      return { done: true, value: undefined };
    },
  };
}
