import type { Facts, MillraceEvent } from '@millrace/contracts'
import { printable } from '../printable.js'

/** Every event level, the least important first. */
export const levels = ['debug', 'info', 'warn', 'error'] as const

/** Whether an event matters enough to be told from this level on. */
export function isFrom(level: MillraceEvent['level'], least: MillraceEvent['level']): boolean {
  return levels.indexOf(level) >= levels.indexOf(least)
}

/** An event as one line for people, without a line end; what a handler logs stands there as it was written. */
export function eventLine({ at, level, name, facts }: MillraceEvent): string {
  const head = `${new Date(at).toISOString()} ${level.padEnd(5)}`
  if (name !== 'node.log') return oneLine(`${head} ${name}${pairs(facts)}`)
  const { node, message, ...others } = facts
  return oneLine(`${head} ${node}: ${message}${pairs(others)}`)
}

/** An event as one line of JSON, without a line end. */
export function eventJson({ at, level, name, facts }: MillraceEvent): string {
  return JSON.stringify({ at: new Date(at).toISOString(), level, name, facts })
}

function pairs(facts: Facts): string {
  return Object.entries(facts)
    .map(
      ([key, value]) =>
        ` ${key}=${typeof value === 'string' && /^[^\s"=]+$/u.test(value) ? value : JSON.stringify(value)}`,
    )
    .join('')
}

function oneLine(text: string): string {
  return printable(text).replaceAll('\n', '\\n')
}
