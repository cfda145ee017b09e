/** The code of what the system refused, such as `ENOENT`; undefined where none was given. */
export function systemCode(thrown: unknown): string | undefined {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : undefined
}
