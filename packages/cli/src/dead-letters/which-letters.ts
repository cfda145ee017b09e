import type { LetterBook, LetterSummary } from '@millrace/kernel/dead-letters'
import type { Invocation, OptionSpec } from '../command-line/command.js'
import { UsageError } from '../command-line/usage-error.js'
import { filterOptions, hasFilter, letterFilter } from './letter-filters.js'

/** How letters are chosen: by their ids, or all that the filters leave. @param does such as `drops` */
export function choiceOptions(does: string): Readonly<Record<'all' | keyof typeof filterOptions, OptionSpec>> {
  return {
    all: { says: `${does} every letter that the filters leave, instead of those that are named` },
    ...filterOptions,
  }
}

/** The letters that are meant. */
export interface ChosenLetters {
  readonly meant: readonly LetterSummary[]
  /** Ids that no letter has. */
  readonly unknown: readonly string[]
}

/**
 * Reads which letters are meant.
 *
 * @param now milliseconds since the epoch
 * @returns what chooses among those there are
 * @throws UsageError
 */
export function letterChoice(
  ids: readonly string[],
  invocation: Invocation,
  now: number,
  command: string,
): (book: LetterBook) => ChosenLetters {
  const all = invocation.flags.has('all')
  refuseUnclear(ids, invocation, command)
  const filter = letterFilter(invocation, now, command)
  return ({ letters }) => {
    const meant = letters.filter(all ? filter : ({ id }) => ids.includes(id))
    return { meant, unknown: ids.filter((id) => !meant.some((letter) => letter.id === id)) }
  }
}

function refuseUnclear(ids: readonly string[], invocation: Invocation, command: string): void {
  const all = invocation.flags.has('all')
  if (all && ids.length > 0) throw new UsageError('choose one of ids and --all', command)
  if (!all && hasFilter(invocation)) throw new UsageError('--node, --code and --since belong to --all', command)
  if (!all && ids.length === 0)
    throw new UsageError(
      'name the letters by their ids, 16 hex digits, as millrace dead-letters list shows them, or say --all',
      command,
    )
}
