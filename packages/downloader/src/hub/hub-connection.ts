import { DownloadError } from '@mlxengine/core';
import type { Fetch } from '../http/exchange.js';
import type { RetryPolicy } from '../http/retry.js';

/** How to reach a hub. */
export interface HubConnection {
  /** Address without a slash at the end. */
  readonly endpoint: string;
  readonly token: string | undefined;
  /** Sends the token to the endpoint alone. */
  readonly fetch: Fetch;
  readonly policy: RetryPolicy;
}

const mostRedirects = 10;

/** A `fetch` that sends a token to requests for one origin; redirects are the browser's, which keeps to the same rule. */
export function fetchWithToken(fetch: Fetch, endpoint: string, token: string | undefined): Fetch {
  const { origin } = new URL(endpoint);
  return (url, init) => {
    const headers = new Headers(init.headers);
    headers.delete('authorization');
    if (token !== undefined && new URL(url).origin === origin) headers.set('authorization', `Bearer ${token}`);
    return fetch(url, { ...init, headers });
  };
}

/** Follows redirects itself, so that each of them gets the token only if it leads to the endpoint. Not for browsers. */
export function followRedirects(fetch: Fetch): Fetch {
  return async (url, init) => {
    let current = url;
    for (let count = 0; count <= mostRedirects; count += 1) {
      const response = await fetch(current, { ...init, redirect: 'manual' });
      const location = response.headers.get('location');
      if (location === null || response.status < 300 || response.status >= 400) return response;
      await response.body?.cancel();
      current = redirectTarget(location, current);
    }
    throw new DownloadError('download.redirects', { source: new URL(url).origin, limit: mostRedirects });
  };
}

function redirectTarget(location: string, from: string): string {
  const target = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (target !== undefined && /^https?:$/.test(target.protocol)) return target.href;
  throw new DownloadError('download.redirect-target', { source: new URL(from).origin, found: JSON.stringify(location) });
}
