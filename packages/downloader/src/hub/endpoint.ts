import { InvalidArgumentError } from '@mlxengine/core';

/**
 * Checks the address of a hub and takes the slash off its end.
 * @throws `InvalidArgumentError` where it is no web address
 */
export function checkEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const plain = url !== undefined && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '' && url.username === '';
  if (plain) return endpoint.replace(/\/+$/, '');
  throw new InvalidArgumentError('argument.out-of-range', { name: 'endpoint', found: url?.origin ?? endpoint, expected: 'an http: or https: address' });
}

/** A token without the white space that files and shells leave around it; nothing where it is empty. */
export function cleanToken(token: string): string | undefined {
  const cleaned = token.replaceAll(/[\r\n]/g, '').trim();
  return cleaned === '' ? undefined : cleaned;
}
