import { type ErrorCode, MillraceError } from '@millrace/contracts'

/** One thing that preflight found wrong, with its place in the configuration where it has one. */
export interface PreflightFinding {
  readonly code: ErrorCode
  /** What is wrong, why, and what to do about it; with or without the code in front. */
  readonly message: string
  readonly path?: string | readonly (string | number)[]
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/** One error of all findings: it has the code of the first and lists all, in its message and as `facts.findings`. */
export function preflightError(findings: readonly PreflightFinding[]): MillraceError {
  const [first] = findings
  if (first === undefined) throw new RangeError('preflight found nothing wrong, so there is no error to make')
  const lines = findings.map(line)
  const detail =
    lines.length === 1
      ? withoutCode(first, lines[0] ?? '')
      : `preflight found ${lines.length} mistakes\n${lines.map((text) => `  ${text}`).join('\n')}`
  return new MillraceError(first.code, detail, { facts: { findings: lines } })
}

function line({ code, message, path, file, line: row, column }: PreflightFinding): string {
  const where = [file, row, column].filter((part) => part !== undefined).join(':')
  const text = message.startsWith(`${code}: `) ? message.slice(code.length + 2) : message
  const key = typeof path === 'string' && path !== '' ? `${path} ` : ''
  return `${where === '' ? '' : `${where} `}${code}: ${key}${text}`
}

function withoutCode({ code }: PreflightFinding, text: string): string {
  return text.replace(`${code}: `, '')
}
