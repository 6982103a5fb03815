/** The data of each event of a `text/event-stream`, up to `[DONE]`. */
export async function* serverSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown, void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of body) {
    text += decoder.decode(piece, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const data = /^data: ?(.*?)\r?$/.exec(line)?.[1];
      if (data === '[DONE]') return;
      if (data !== undefined) yield JSON.parse(data);
    }
  }
}
