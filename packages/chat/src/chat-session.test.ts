import { AbortedError, ChatError, EngineError, type Message, type StreamEvent, UnsupportedFeatureError } from '@mlxengine/core';
import { describe, expect, it } from 'vitest';
import { createCountingEngine, withLateResult, write } from '../tests/support/counting-engine.js';
import { ChatSession, type ChatSessionOptions } from './chat-session.js';

function session(options: Omit<ChatSessionOptions, 'engine'> = {}): { chat: ChatSession } & ReturnType<typeof createCountingEngine> {
  const counting = createCountingEngine();
  return { chat: new ChatSession({ engine: counting.engine, ...options }), ...counting };
}

async function textOf(stream: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const more of stream) text += more;
  return text;
}

describe('ChatSession', () => {
  it('remembers what was said, by both', async () => {
    const { chat, asked } = session();
    expect((await chat.send('a b a')).text).toBe(' a 2, b 1, a 2 ');
    expect(await textOf(chat.stream('a'))).toBe(' a 5 ');
    expect(chat.messages).toEqual([
      { role: 'user', content: 'a b a' },
      { role: 'assistant', content: ' a 2, b 1, a 2 ' },
      { role: 'user', content: 'a' },
      { role: 'assistant', content: ' a 5 ' },
    ]);
    expect(asked[1]).toEqual(chat.messages.slice(0, 3));
  });

  it('keeps answers exactly as they were generated, so that the whole history is found in the cache', async () => {
    const { chat } = session({ instructions: 'count' });
    await chat.send('x y');
    const before = write(chat.messages.slice(0, 2)).length + ' x 1, y 1 '.length;
    const { usage } = await chat.send('y');
    expect(usage?.cachedPromptTokens).toBe(before);
  });

  it('puts the instructions first, and keeps them when it forgets', async () => {
    const { chat, asked } = session({ instructions: 'Be brief.' });
    const instructions = { role: 'system', content: 'Be brief.' };
    expect(chat.messages).toEqual([instructions]);
    await chat.send('Hi');
    expect(asked[0]).toEqual([instructions, { role: 'user', content: 'Hi' }]);
    expect(chat.messages).toHaveLength(3);
    chat.clear();
    expect(chat.messages).toEqual([instructions]);
  });

  it("goes on from another session's messages, with its instructions or with others", async () => {
    const { chat, engine } = session({ instructions: 'one' });
    await chat.send('Hi');
    const same = new ChatSession({ engine, messages: chat.messages });
    expect(same.messages).toEqual(chat.messages);
    same.clear();
    expect(same.messages).toEqual([{ role: 'system', content: 'one' }]);
    const other = new ChatSession({ engine, instructions: 'two', messages: chat.messages });
    expect(other.messages).toEqual([{ role: 'system', content: 'two' }, ...chat.messages.slice(1)]);
  });

  it('goes on from a given conversation, which later changes of the array do not touch', async () => {
    const messages: Message[] = [{ role: 'user', content: 'a' }, { role: 'assistant', content: 'a' }];
    const { chat } = session({ messages });
    messages.pop();
    expect((await chat.send('a')).text).toBe(' a 3 ');
    expect(Object.isFrozen(chat.messages)).toBe(true);
    const snapshot = chat.messages;
    chat.clear();
    expect(snapshot).toHaveLength(4);
    expect(chat.messages).toEqual([]);
  });

  it("takes defaults for every turn, and a turn's own parameters before them", async () => {
    const { chat } = session({ parameters: { maxTokens: 4 } });
    expect(await chat.send('word')).toMatchObject({ text: ' wor', finishReason: 'length' });
    expect(chat.messages.at(-1)).toEqual({ role: 'assistant', content: ' wor' });
    expect((await chat.send('word', { maxTokens: 2 })).text).toBe(' w');
  });

  it('is ready for the next turn wherever the end is seen', async () => {
    const { chat } = session();
    const stream = chat.stream('one');
    for await (const event of stream.events) {
      if (event.type === 'finish') expect(chat.messages).toHaveLength(2);
      else expect(chat.messages).toHaveLength(0);
    }
    await textOf(chat.stream('two'));
    expect(chat.messages).toHaveLength(4);
    await chat.stream('three').result;
    expect(chat.messages).toHaveLength(6);
  });

  it('is ready there too where the engine tells its result later', async () => {
    const chat = new ChatSession({ engine: withLateResult(createCountingEngine().engine) });
    await textOf(chat.stream('one'));
    expect(chat.messages).toHaveLength(2);
    for await (const event of chat.stream('two').events) if (event.type === 'finish') expect(chat.messages).toHaveLength(4);
    for await (const text of chat.stream('left')) if (text !== '') break;
    expect(() => chat.clear()).not.toThrow();
    await expect(textOf(chat.stream('fail'))).rejects.toThrow(EngineError);
    expect(() => chat.clear()).not.toThrow();
  });

  it('tells events and text independently', async () => {
    const { chat } = session();
    const stream = chat.stream('one');
    const events: StreamEvent[] = [];
    for await (const event of stream.events) events.push(event);
    expect(events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')).toBe(await textOf(stream));
    expect(events.at(-1)).toEqual({ type: 'finish', result: await stream.result });
  });
});

describe('one turn at a time', () => {
  it('refuses a second one, and to forget, while the first is running', async () => {
    const { chat, waiting } = session();
    const controller = new AbortController();
    const first = chat.send('wait here', { signal: controller.signal });
    await waiting();
    expect(() => chat.stream('again')).toThrow(ChatError);
    await expect(chat.send('again')).rejects.toMatchObject({ code: 'chat.busy' });
    expect(() => chat.clear()).toThrow(ChatError);
    controller.abort();
    await expect(first).rejects.toThrow(AbortedError);
    expect((await chat.send('again')).text).toBe(' again 1 ');
  });

  it('is not busy after a turn that the engine refused at once', async () => {
    const { chat } = session();
    expect(() => chat.stream('x', { topK: 3 })).toThrow(UnsupportedFeatureError);
    expect(chat.messages).toEqual([]);
    await chat.send('x');
    expect(chat.messages).toHaveLength(2);
  });
});

describe('a turn that does not come to its end', () => {
  it('leaves no trace when its signal aborts it', async () => {
    const { chat, waiting } = session();
    await chat.send('one');
    const controller = new AbortController();
    const turn = chat.send('wait for it', { signal: controller.signal });
    await waiting();
    controller.abort('enough');
    await expect(turn).rejects.toMatchObject({ code: 'aborted.generation', partial: { text: ' wa' }, cause: 'enough' });
    expect(chat.messages).toHaveLength(2);
    expect((await chat.send('one')).text).toBe(' one 3 ');
  });

  it("leaves no trace when the session's own signal aborts it", async () => {
    const controller = new AbortController();
    const { chat, waiting } = session({ parameters: { signal: controller.signal } });
    const turn = chat.send('wait', { signal: new AbortController().signal });
    await waiting();
    controller.abort();
    await expect(turn).rejects.toThrow(AbortedError);
    expect(chat.messages).toEqual([]);
  });

  it('leaves no trace when its reader leaves, and the next turn can begin right away', async () => {
    const { chat } = session();
    const stream = chat.stream('left early');
    for await (const text of stream) {
      expect(text).toBe(' ');
      break;
    }
    expect(chat.messages).toEqual([]);
    const next = chat.stream('next');
    expect(await stream.result).toMatchObject({ finishReason: 'aborted', text: ' ' });
    expect(await textOf(next)).toBe(' next 1 ');
    expect(chat.messages).toHaveLength(2);
  });

  it('leaves no trace when the engine fails, and says why', async () => {
    const { chat } = session();
    const stream = chat.stream('fail now');
    await expect(textOf(stream)).rejects.toThrow(EngineError);
    expect(chat.messages).toEqual([]);
    expect((await chat.send('fine')).text).toBe(' fine 1 ');
    await expect(stream.result).rejects.toThrow(/the words ran out/);
  });

  it('is no unhandled rejection where nobody looks', async () => {
    const rejections: unknown[] = [];
    const watch = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', watch);
    const { chat } = session();
    chat.stream('fail unseen');
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.off('unhandledRejection', watch);
    expect(rejections).toEqual([]);
    expect(chat.messages).toEqual([]);
    await chat.send('seen');
  });
});
