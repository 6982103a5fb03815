import { AbortedError, ChatSession, loadModel, type LoadProgress, openUrl } from 'mlxengine';
import { addMessage, addNote, element } from './page.js';

const status = element('status', HTMLElement);
const progress = element('progress', HTMLProgressElement);
const form = element('form', HTMLFormElement);
const prompt = element('prompt', HTMLInputElement);
const send = element('send', HTMLButtonElement);
const stop = element('stop', HTMLButtonElement);

const phases = { download: 'Downloading', read: 'Reading the model', tokenizer: 'Reading the tokenizer', weights: 'Loading the weights' } as const;

function showProgress({ phase, loadedBytes, totalBytes }: LoadProgress): void {
  const part = loadedBytes === undefined || totalBytes === undefined ? undefined : loadedBytes / totalBytes;
  status.textContent = phases[phase] + (part === undefined ? '' : ` ${Math.round(part * 100)} %`);
  if (part === undefined) progress.removeAttribute('value');
  else progress.value = part;
}

async function start(): Promise<ChatSession> {
  // The model lies beside the page; only the parts that are needed are fetched.
  const engine = await loadModel(await openUrl('model/'), { onProgress: showProgress });
  progress.hidden = true;
  status.textContent = `Ready after ${(engine.loadMs / 1000).toFixed(1)} s: ${engine.model.architecture}, ${engine.backendSelection.backend} on ${engine.device.name}`;
  return new ChatSession({ engine, parameters: { maxTokens: 256 } });
}

async function ask(chat: ChatSession, text: string): Promise<void> {
  addMessage('user', text);
  const answer = addMessage('assistant', '');
  const controller = new AbortController();
  stop.onclick = () => controller.abort();
  setBusy(true);
  try {
    const stream = chat.stream(text, { signal: controller.signal });
    for await (const more of stream) answer.append(more);
    const { usage, timings } = await stream.result;
    const seconds = (timings?.decodeMs ?? 0) / 1000;
    addNote(`${usage?.completionTokens} tokens, ${((usage?.completionTokens ?? 1) / seconds).toFixed(1)} a second; the first after ${timings?.timeToFirstTokenMs.toFixed(0)} ms; ${usage?.cachedPromptTokens} of ${usage?.promptTokens} prompt tokens were in the cache`);
  } catch (error) {
    answer.classList.add('stopped');
    addNote(AbortedError.isInstance(error) ? 'Stopped; the model does not remember this turn.' : messageOf(error));
  } finally {
    setBusy(false);
  }
}

function setBusy(busy: boolean): void {
  prompt.disabled = busy;
  send.hidden = busy;
  stop.hidden = !busy;
  if (!busy) prompt.focus();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

try {
  const chat = await start();
  form.onsubmit = (event) => {
    event.preventDefault();
    const text = prompt.value.trim() || prompt.placeholder;
    prompt.value = '';
    void ask(chat, text);
  };
  send.disabled = false;
  setBusy(false);
} catch (error) {
  progress.hidden = true;
  status.textContent = messageOf(error);
}
