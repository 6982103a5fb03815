import type { NativeAdapter, NativeModel } from '../abi/native-addon.js';
import { awaitRequest } from '../backend/await-request.js';

const operation = 'Loading the adapter';

/** The adapters that a model has, to put them back in the next process. */
export class AdapterJournal {
  readonly loaded: Map<number, NativeAdapter> = new Map<number, NativeAdapter>();
  fused: { readonly id: number; readonly dequantize: boolean } | undefined;

  /** Puts them into the model, which was just loaded once more. */
  async restore(model: Pick<NativeModel, 'loadAdapter' | 'fuseAdapter'>): Promise<void> {
    const { fused } = this;
    for (const adapter of this.loaded.values()) await awaitRequest({ operation, start: (onEvent) => model.loadAdapter(adapter, onEvent) });
    if (fused !== undefined) await awaitRequest({ operation, start: (onEvent) => model.fuseAdapter(fused.id, fused.dequantize, onEvent) });
  }
}
