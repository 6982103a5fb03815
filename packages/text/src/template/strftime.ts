const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'] as const;

/**
 * A local time as Python's `strftime` writes it in the C locale, with glibc's `%-d`. Directives that are not known stay
 * as they are. The template's language must not depend on the reader's machine, so names are English.
 */
export function strftime(date: Date, format: string): string {
  return format.replace(/%(-?)([A-Za-z%])/g, (all, dash: string, directive: string) => {
    const text = directives[directive]?.(date);
    if (text === undefined) return all;
    return dash === '' ? text : text.replace(/^[0 ]+(?=.)/, '');
  });
}

const directives: Readonly<Record<string, ((date: Date) => string) | undefined>> = {
  '%': () => '%',
  a: (date) => (days[date.getDay()] ?? '').slice(0, 3),
  A: (date) => days[date.getDay()] ?? '',
  b: (date) => (months[date.getMonth()] ?? '').slice(0, 3),
  B: (date) => months[date.getMonth()] ?? '',
  c: (date) => strftime(date, '%a %b %e %H:%M:%S %Y'),
  d: (date) => padded(date.getDate()),
  D: (date) => strftime(date, '%m/%d/%y'),
  e: (date) => padded(date.getDate(), 2, ' '),
  f: (date) => padded(date.getMilliseconds() * 1000, 6),
  F: (date) => strftime(date, '%Y-%m-%d'),
  h: (date) => (months[date.getMonth()] ?? '').slice(0, 3),
  H: (date) => padded(date.getHours()),
  I: (date) => padded(date.getHours() % 12 || 12),
  j: (date) => padded(dayOfYear(date), 3),
  m: (date) => padded(date.getMonth() + 1),
  M: (date) => padded(date.getMinutes()),
  n: () => '\n',
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  R: (date) => strftime(date, '%H:%M'),
  S: (date) => padded(date.getSeconds()),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  t: () => '\t',
  T: (date) => strftime(date, '%H:%M:%S'),
  u: (date) => String(date.getDay() || 7),
  w: (date) => String(date.getDay()),
  x: (date) => strftime(date, '%m/%d/%y'),
  X: (date) => strftime(date, '%H:%M:%S'),
  y: (date) => padded(date.getFullYear() % 100),
  Y: (date) => String(date.getFullYear()),
};

function padded(value: number, width = 2, fill = '0'): string {
  return String(value).padStart(width, fill);
}

function dayOfYear(date: Date): number {
  const start = Date.UTC(date.getFullYear(), 0, 1);
  return Math.round((Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - start) / 86_400_000) + 1;
}
