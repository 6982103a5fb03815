import { BackendError } from '@mlxengine/core';
import { JobControl } from './job-control.js';
import { ModelRuntime } from './model-runtime.js';
import type { Command, CreateCommand, GenerateCommand, JobCommand, JobResult, ReadTensorsCommand, WriteTensorCommand } from './protocol.js';
import type { RuntimeScope } from './runtime-scope.js';
import { serializeError } from './serialized-error.js';

// Large reads are cut, so that an abort is heard and progress shown.
const readBytes = 16 * 1024 * 1024;

/** Serves one model: takes commands, does their work, answers with events. */
export class RuntimeServer {
  readonly #scope: RuntimeScope;
  #runtime: ModelRuntime | undefined;
  #plan: CreateCommand['plan'] | undefined;
  #flag: Int32Array | undefined;
  #control: JobControl | undefined;

  constructor(scope: RuntimeScope) {
    this.#scope = scope;
    scope.listen((command) => this.#take(command));
    scope.post({ type: 'ready' }, []);
  }

  #take(command: Command): void {
    if (command.type === 'abort') {
      if (this.#control?.job === command.job) this.#control.abort();
    } else if (command.type === 'answer') {
      if (this.#control?.job === command.job) this.#control.resolve(command.answer);
    } else {
      void this.#serve(command);
    }
  }

  async #serve(command: JobCommand): Promise<void> {
    const { job } = command;
    const control = new JobControl(job, this.#scope, this.#flag);
    this.#control = control;
    try {
      const result = await this.#work(command, control);
      this.#scope.post({ type: 'done', job, memoryBytes: this.#memoryBytes, result }, buffersOf(result));
    } catch (error) {
      this.#scope.post({ type: 'failed', job, memoryBytes: this.#memoryBytes, error: serializeError(error) }, []);
    } finally {
      if (this.#control === control) this.#control = undefined;
    }
  }

  async #work(command: JobCommand, control: JobControl): Promise<JobResult> {
    switch (command.type) {
      case 'create': await this.#create(command); return {};
      case 'write-tensor': return { buffer: this.#writeTensor(command) };
      case 'read-tensors': await this.#readTensors(command, control); return {};
      case 'generate': await this.#generate(command, control); return {};
      case 'score': return { scores: await this.#loaded.score(command.request, control) };
      case 'embed': return { vectors: await this.#loaded.embed(command.request, control) };
    }
  }

  async #create({ plan, module, abortFlag }: CreateCommand): Promise<void> {
    this.#runtime = await ModelRuntime.create(plan, module);
    this.#plan = plan;
    this.#flag = abortFlag === undefined ? undefined : new Int32Array(abortFlag);
  }

  #writeTensor({ index, offset, bytes }: WriteTensorCommand): ArrayBuffer {
    const tensor = this.#plan?.tensors[index];
    if (tensor === undefined) return bytes.buffer;
    this.#loaded.tensorBytes(tensor).set(bytes, offset);
    if (offset + bytes.length === tensor.byteLength) this.#loaded.finishTensor(tensor);
    return bytes.buffer;
  }

  async #readTensors({ job, tensors }: ReadTensorsCommand, control: JobControl): Promise<void> {
    for (const { index, file, byteOffset } of tensors) {
      const tensor = this.#plan?.tensors[index];
      if (tensor === undefined) continue;
      const room = this.#loaded.tensorBytes(tensor);
      for (let begin = 0; begin < room.length; begin += readBytes) {
        const part = room.subarray(begin, begin + readBytes);
        this.#scope.readFile?.(file, byteOffset + begin, part);
        this.#scope.post({ type: 'read', job, bytes: part.length }, []);
        if (control.check()) await control.giveWay();
      }
      this.#loaded.finishTensor(tensor);
    }
  }

  async #generate({ job, request }: GenerateCommand, control: JobControl): Promise<void> {
    await this.#loaded.generate(request, {
      pacer: control,
      emit: (batch) => this.#scope.post({ type: 'batch', job, batch }, []),
      constrain: async (accepted, over) => {
        this.#scope.post({ type: 'constrain', job, accepted, over }, []);
        return over ? undefined : control.answer();
      },
    });
  }

  get #loaded(): ModelRuntime {
    if (this.#runtime === undefined) throw new BackendError('backend.failed', { backend: 'fallback', reason: 'no model is loaded' });
    return this.#runtime;
  }

  get #memoryBytes(): number {
    return this.#runtime?.memoryBytes ?? 0;
  }
}

function buffersOf({ scores = [], vectors, buffer }: JobResult): ArrayBuffer[] {
  const arrays = [...scores.flatMap(({ logProbabilities, logits }) => [logProbabilities, logits]), ...(vectors?.pooled ?? []), ...(vectors?.hidden ?? [])];
  const buffers = arrays.flatMap((array) => (array === undefined ? [] : [array.buffer as ArrayBuffer]));
  return buffer === undefined ? buffers : [...buffers, buffer];
}
