import { DownloadError, ModelNotFoundError } from '@mlxengine/core';

/** What a refused request was about. */
export interface RefusedRequest {
  readonly model: string;
  /** Address of the hub. */
  readonly source: string;
  /** Revision that was asked for. */
  readonly revision: string;
  /** File that was asked for; absent for requests about the whole model. */
  readonly file?: string;
  /** Whether a token was sent. */
  readonly hasToken: boolean;
}

/** The error for an answer that will not change by asking again; it says what to do. */
export function refusalError(response: Response, request: RefusedRequest): DownloadError | ModelNotFoundError {
  const { model, source, revision, file, hasToken } = request;
  const code = response.headers.get('x-error-code');
  if (code === 'GatedRepo') return new DownloadError('download.gated', { model, source });
  if (response.status === 401 || (response.status === 403 && hasToken)) {
    return new DownloadError(hasToken ? 'download.token-refused' : 'download.token-needed', { model, source });
  }
  if (response.status === 404) {
    if (code === 'RevisionNotFound') return new ModelNotFoundError('model.no-revision', { model, source, revision });
    if (code === 'EntryNotFound' && file !== undefined) return new ModelNotFoundError('model.no-file', { model, file });
    return new ModelNotFoundError('model.not-on-hub', { model, source });
  }
  const said = response.headers.get('x-error-message');
  const status = `${response.status}${said === null ? '' : ` (${said.slice(0, 200)})`}`;
  return new DownloadError('download.status', { file: file ?? model, source, status });
}
