/** A request that the server got, as tests look at it. */
export interface HubRequest {
  /** `hub` for the API and links, `content` for the second host with large files. */
  readonly host: 'hub' | 'content';
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  /** File that the request was for, where it was for one. */
  readonly file?: string;
  /** The `Range` header. */
  readonly range?: string;
  /** The `Authorization` header. */
  readonly authorization?: string;
  readonly status: number;
  /** Bytes of the body that were sent. */
  readonly sentBytes: number;
}
