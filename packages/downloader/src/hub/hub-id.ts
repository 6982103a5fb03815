import { ModelNotFoundError } from '@mlxengine/core';

const part = /^[A-Za-z0-9_](?:[\w.-]{0,94}[\w])?$/;
const revisionPattern = /^[\w][\w.-]*(?:\/[\w][\w.-]*)*$/;
const commitPattern = /^[0-9a-f]{40}$/;

/** Revision that is meant where none is named. */
export const defaultRevision = 'main';

/**
 * Checks a hub id, which becomes part of addresses and folder names.
 * @throws `ModelNotFoundError` where it is not `owner/name`
 */
export function checkHubId(id: string): void {
  const parts = id.split('/');
  const valid = parts.length === 2 && parts.every((text) => part.test(text) && !text.includes('--') && !text.includes('..'));
  if (!valid) throw new ModelNotFoundError('model.invalid-id', { model: id });
}

/**
 * Checks a revision: a branch, a tag, a commit, or a reference such as `refs/pr/1`.
 * @throws `ModelNotFoundError` where it can be none
 */
export function checkRevision(id: string, revision: string): void {
  const valid = revision.length <= 200 && revisionPattern.test(revision) && !revision.includes('..') && !revision.endsWith('.lock');
  if (!valid) throw new ModelNotFoundError('model.invalid-revision', { model: id, revision });
}

/** Whether a revision is a full commit, which never changes. */
export function isCommit(revision: string): boolean {
  return commitPattern.test(revision);
}
