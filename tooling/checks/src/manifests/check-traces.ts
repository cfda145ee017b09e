import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../finding.js'

/** A piece of text that no file of the repository may contain, and what it is. */
export interface Trace {
  readonly pattern: RegExp
  readonly what: string
}

/** What gives away a machine wherever the check runs. */
export const commonTraces: readonly Trace[] = [
  { pattern: /(?<![\w.])\/(home|Users)\/[\w.-]+\//, what: 'a path below a home folder' },
  { pattern: /(?<![\w.])\/root\//, what: "a path below root's home folder" },
  { pattern: /\b[A-Z]:\\Users\\/, what: 'a path below a home folder' },
  { pattern: /\b(npm_config_|--|@[\w-]+:)?registry\s*=\s*["']?https?:/, what: 'a registry' },
  { pattern: /_authToken\s*=\s*["']?[\w-]{8}/, what: 'a token' },
]

/** What gives away this machine: the place of the checkout, the home folder and the host of the registry in use. */
export function localTraces(machine: { root: string; home: string; registry: string }): readonly Trace[] {
  const host = URL.canParse(machine.registry) ? new URL(machine.registry).hostname : ''
  return [
    { text: machine.root, what: 'the path of a checkout' },
    { text: `${machine.home}/`, what: 'the path of a home folder' },
    { text: host, what: 'the host of a registry' },
  ]
    .filter(({ text }) => text.length > '/tmp'.length)
    .map(({ text, what }) => ({ pattern: new RegExp(`(?<![\\w.])${literally(text)}(?![\\w-])`), what }))
}

const lockfile = 'pnpm-lock.yaml'

/** Checks that no file carries a path or a registry of the machine it was written on. Binary files are skipped. */
export function checkTraces(root: string, files: readonly string[], traces: readonly Trace[]): readonly Finding[] {
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    if (text.includes('\0')) return []
    const lockTraces = file === lockfile ? [{ pattern: /https?:\/\//, what: 'a URL' }] : []
    return [...traces, ...lockTraces].flatMap((trace) => findTrace(file, text, trace) ?? [])
  })
}

function findTrace(file: string, text: string, { pattern, what }: Trace): Finding | undefined {
  const found = pattern.exec(text)
  if (found === null) return undefined
  const line = text.slice(0, found.index).split('\n').length
  return { file, problem: `line ${line} holds ${what}: ${found[0]}` }
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
