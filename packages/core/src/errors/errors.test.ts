import { describe, expect, test } from 'vitest';
import * as source from '../index.js';
import { de, en, formatMessage, setMessageCatalogue, type MessageKey } from '../messages/index.js';

type AnyErrorClass = source.ErrorClass<source.MLXEngineError> & {
  readonly name: string;
  new (code: never, parameters: never, options?: { readonly cause?: unknown }): source.MLXEngineError;
  isInstance(value: unknown): boolean;
};

// A second copy of the package, as another bundle of an application would hold it.
const built = (await import(new URL('../../dist/index.js', import.meta.url).href)) as unknown as Record<string, unknown>;
const keys = Object.keys(en) as MessageKey[];

function errorClasses(exports: object): [string, AnyErrorClass][] {
  return Object.entries(exports).filter(([, value]) => typeof value === 'function' && value.prototype instanceof Error);
}

function codeOf(area: string): MessageKey {
  return keys.find((key) => key.startsWith(`${area}.`)) as MessageKey;
}

const classes = errorClasses(source).filter(([name]) => name !== 'MLXEngineError');
const areas: Readonly<Record<string, string>> = {
  BackendUnavailableError: 'unavailable',
  ChatError: 'chat',
  CommandError: 'cli',
  ContextLengthError: 'context',
  InvalidArgumentError: 'argument',
  ModelNotFoundError: 'model',
  OutOfMemoryError: 'memory',
  StarterModelError: 'starter',
  UnsupportedArchitectureError: 'architecture',
  UnsupportedFeatureError: 'feature',
};
const create = (name: string, errorClass: AnyErrorClass, cause?: unknown): source.MLXEngineError =>
  new errorClass(codeOf(areas[name] ?? name.replace('Error', '').toLowerCase()) as never, {} as never, { cause });

test('there are classes to look at, and both copies have the same', () => {
  expect(classes.length).toBeGreaterThan(15);
  const names = (exports: object): string[] => errorClasses(exports).map(([name]) => name).sort();
  expect(names(built)).toEqual(names(source));
});

test('whatever else is exported under an error\'s name is one', () => {
  const named = Object.keys(source).filter((name) => name.endsWith('Error'));
  expect(named.sort()).toEqual(errorClasses(source).map(([name]) => name).sort());
});

describe.each(classes)('%s', (name, errorClass) => {
  const twin = built[name] as AnyErrorClass;
  const root = built['MLXEngineError'] as AnyErrorClass;

  test('is branded with its own name', () => {
    expect(errorClass.brand).toBe(name);
    expect(Object.hasOwn(errorClass, 'brand')).toBe(true);
    expect(create(name, errorClass).name).toBe(name);
  });

  test('is recognized by another copy of the package, and only as what it is', () => {
    const error = create(name, errorClass);
    expect(error).not.toBeInstanceOf(twin);
    expect([errorClass, twin, root].map((known) => known.isInstance(error))).toEqual([true, true, true]);
    expect(errorClass.isInstance(create(name, twin))).toBe(true);
    for (const [other, otherClass] of classes) expect(otherClass.isInstance(error)).toBe(other === name);
  });

  test('has code, parameters and cause', () => {
    const cause = new Error('below');
    const error = create(name, errorClass, cause);
    expect(keys).toContain(error.code);
    expect(error.cause).toBe(cause);
    expect(error).toBeInstanceOf(Error);
    expect(create(name, errorClass)).not.toHaveProperty('cause');
  });
});

test('every message belongs to a class of error', () => {
  const known = new Set(classes.map(([name]) => areas[name] ?? name.replace('Error', '').toLowerCase()));
  const shared = ['fallback', 'gguf', 'native', 'template']; // areas of packages, used by several classes
  expect(keys.filter((key) => !known.has(key.split('.')[0] ?? '') && !shared.includes(key.split('.')[0] ?? ''))).toEqual([]);
});

test('an error of a third party needs no key of the catalogue', () => {
  class VendorError extends source.MLXEngineError {
    static override readonly brand: string = 'VendorError';
  }
  const error = new VendorError({ code: 'vendor.down', message: 'The vendor is down.' });
  expect([VendorError.isInstance(error), source.MLXEngineError.isInstance(error), source.EngineError.isInstance(error)]).toEqual([true, true, false]);
  expect(new VendorError({ code: 'vendor.down' }).message).toBe('vendor.down');
});

test.each([null, undefined, 1, 'text', {}, new Error('plain')])('%s is no error of ours', (value) => {
  expect(source.MLXEngineError.isInstance(value)).toBe(false);
});

test('the chosen language holds for every copy of the package', () => {
  setMessageCatalogue(de);
  try {
    const error = create('EngineError', built['EngineError'] as AnyErrorClass);
    expect(error.message).toBe(formatMessage(error.code as MessageKey, {}, de));
  } finally {
    setMessageCatalogue(undefined);
  }
});
