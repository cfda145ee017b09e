import { type ErrorCode, MillraceError } from '@millrace/contracts'
import { type Path, pathText } from './path.js'
import { nearestTree, type Tree } from './tree.js'

/** Something wrong with a value, before it is known which file the value comes from. */
export interface Mistake {
  readonly path: Path
  /** What follows the path in a sentence, such as `must be a list (got nothing)`. */
  readonly message: string
  /** @default CONFIG_INVALID */
  readonly code?: ErrorCode
  /** True where the key is wrong and not its value. */
  readonly atKey?: boolean
}

/** Something wrong in a configuration, with its place. */
export interface Finding {
  /** CONFIG_INVALID, CONFIG_UNREADABLE or a code of its own such as SEC_SECRET_INVALID. */
  readonly code: ErrorCode
  /** Such as `runtime.platform.process_groups[2].workers`; empty where the whole file is meant. */
  readonly path: string
  /** What follows the path in a sentence; never a secret. */
  readonly message: string
  /** The file that the value comes from, as it was named; undefined for a value given in code. */
  readonly file?: string
  /** Beginning at 1; undefined in modules. */
  readonly line?: number
  /** Beginning at 1; undefined in modules. */
  readonly column?: number
}

/** Finds the place of a mistake in the files that the configuration was read from. */
export function locate(mistake: Mistake, root: Tree): Finding {
  const { tree, whole } = nearestTree(root, mistake.path)
  const position = mistake.atKey === true && whole ? tree.key : tree.at
  return {
    code: mistake.code ?? 'CONFIG_INVALID',
    path: pathText(mistake.path),
    message: mistake.message,
    ...(tree.file === undefined ? {} : { file: tree.file }),
    ...position,
  }
}

/** Findings in the order of the files, and of lines and columns within each; what has no place comes in its given order. */
export function sortFindings(findings: readonly Finding[], files: readonly string[]): readonly Finding[] {
  const rank = (finding: Finding) => (finding.file === undefined ? files.length : files.indexOf(finding.file))
  return [...findings].sort(
    (a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  )
}

/** One line: `app.yml:4:14 runtime.max_in_flight must be …`. */
export function formatFinding({ code, path, message, file, line, column }: Finding): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  const prefix = code === 'CONFIG_INVALID' || code === 'CONFIG_UNREADABLE' ? '' : `${code}:`
  const subject = path === '' && code !== 'CONFIG_UNREADABLE' ? 'the configuration' : path
  return [place, prefix, subject, message].filter((part) => part !== '').join(' ')
}

/** A file of another kind, named by mistake, may break a rule on every line. */
const mostLines = 100

/**
 * The one error that tells all findings: CONFIG_UNREADABLE where a file could not be read, else CONFIG_INVALID.
 * `facts.findings` holds a line for each.
 *
 * @param files the files of the configuration as they were named; none for a value given in code
 */
export function configurationError(findings: readonly Finding[], files: readonly string[]): MillraceError {
  const lines = sortFindings(findings, files).map(formatFinding)
  const more = lines.length > mostLines ? [`and ${lines.length - mostLines} more`] : []
  const shown = [...lines.slice(0, mostLines), ...more]
  const facts = { findings: shown }
  const text = shown.map((line) => `\n  ${line}`).join('')
  if (findings.some((finding) => finding.code === 'CONFIG_UNREADABLE'))
    return new MillraceError('CONFIG_UNREADABLE', `the configuration cannot be read${text}`, { facts })
  const mistakes = lines.length === 1 ? '1 mistake' : `${lines.length} mistakes`
  const where = files.length === 0 ? 'the configuration' : files.join(', ')
  return new MillraceError('CONFIG_INVALID', `${mistakes} in ${where}${text}`, { facts })
}
