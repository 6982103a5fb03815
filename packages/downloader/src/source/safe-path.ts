const driveOrStream = /:/;
const controlCharacters = /[\u0000-\u001f\u007f]/;

/**
 * Whether a file name from elsewhere stays inside the folder that it is put in, on any system: relative,
 * `/`-separated, without `..`, backslashes, drives or control characters.
 */
export function isSafePath(path: string): boolean {
  if (path === '' || path.length > 1024 || path.includes('\\')) return false;
  if (driveOrStream.test(path) || controlCharacters.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !part.endsWith('.') && !part.endsWith(' '));
}
