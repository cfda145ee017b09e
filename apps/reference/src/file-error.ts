import { MillraceError } from '@millrace/contracts'

const explanations: Readonly<Record<string, string>> = {
  ENOENT: 'it, or its folder, does not exist (ENOENT). Check the path for a slip',
  EISDIR: 'it is a folder (EISDIR). Name a file',
  ENOTDIR: 'a part of the path is not a folder (ENOTDIR). Check the path for a slip',
  EACCES: 'this user lacks the permission (EACCES). Change the permissions, or choose another place',
  EPERM: 'the system forbids it (EPERM). Change the permissions, or choose another place',
  EROFS: 'the file system is read-only (EROFS). Choose another place',
  ENOSPC: 'the disk is full (ENOSPC). Free some space',
  EDQUOT: 'the disk quota is used up (EDQUOT). Free some space',
  EFBIG:
    'it would exceed the largest size allowed (EFBIG). Raise the limit of the shell (ulimit -f) or choose another place',
  EMFILE: 'too many files are open (EMFILE). Raise the limit of the shell (ulimit -n)',
  EPIPE: 'its reader has gone away (EPIPE). Keep the reading program open until the end',
}

const codes = { read: 'SOURCE_FAILED', write: 'SINK_FAILED' } as const

/**
 * A system error of a file as a MillraceError that says what to do.
 *
 * @param action what could not be done, such as `read the input orders.ndjson`
 * @param node who wanted it: the source or the sink
 */
export function fileError(thrown: unknown, action: string, node: 'read' | 'write'): MillraceError {
  const errno = errnoOf(thrown)
  const because = explanations[errno] ?? `of the system error ${errno}`
  return MillraceError.from(thrown, codes[node], `cannot ${action}, because ${because}`, { node, errno })
}

/** The system's name of an error, such as ENOSPC; the empty string for anything else. */
function errnoOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : ''
}
