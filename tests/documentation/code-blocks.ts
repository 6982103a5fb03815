import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../..');

/** A piece of TypeScript in the documentation, written into a file of its own. */
export interface CodeBlock {
  /** Where it stands, for messages. */
  readonly origin: string;
  /** The file, in a package that has what it imports. */
  readonly file: string;
  /** What it says that it prints: the comments after `console.log(…);` at the end of a line. */
  readonly printed: readonly string[];
}

function writeBlock(source: string, index: number, code: string, folder: string): CodeBlock {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${basename(source).replace(/\W/g, '-')}-${index}.ts`);
  writeFileSync(file, `${code}\nexport {};\n`);
  const printed = [...code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text = '']) => text);
  return { origin: `${relative(repository, source)} #${index + 1}`, file, printed };
}

/** Every `@example` of the packages' sources. */
export function sourceExamples(): CodeBlock[] {
  for (const folder of globSync('packages/*/.cache/documentation', { cwd: repository })) rmSync(join(repository, folder), { recursive: true });
  const sources = globSync('packages/*/src/**/*.ts', { cwd: repository }).filter((path) => !path.endsWith('.test.ts'));
  return sources.sort().flatMap((path) => {
    const source = join(repository, path);
    const comments = [...readFileSync(source, 'utf8').matchAll(/\/\*\*[^]*?\*\//g)].map(([comment]) => comment.replace(/^ *\* ?/gm, ''));
    const codes = comments.flatMap((comment) => [...comment.matchAll(/@example[^@]*?```ts\n([^]*?)```/g)].map(([, code = '']) => code));
    const folder = join(repository, ...path.split('/').slice(0, 2), '.cache', 'documentation');
    return codes.map((code, index) => writeBlock(source, index, code, folder));
  });
}

/** Every block of TypeScript in the packages' READMEs; one that imports nothing goes on where the one before it ended. */
export function readmeBlocks(): CodeBlock[] {
  // This package depends on all others, and READMEs show several at work together.
  const folder = join(repository, 'tests', '.cache', 'documentation');
  rmSync(folder, { recursive: true, force: true });
  return globSync('packages/*/README.md', { cwd: repository }).sort().flatMap((path) => {
    const programs: string[] = [];
    for (const [, code = ''] of readFileSync(join(repository, path), 'utf8').matchAll(/^```ts\n([^]*?)^```/gm)) {
      if (programs.length > 0 && !/^import /m.test(code)) programs.push(`${programs.pop()}${code}`);
      else programs.push(code);
    }
    return programs.map((code, index) => writeBlock(join(repository, path.replaceAll('/', '-')), index, code, folder));
  });
}
