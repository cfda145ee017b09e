import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Section, verdictOf } from './bench.js'

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'results')

/** Where results are kept when nothing else is said: a file for each run, none of which is committed. */
export function defaultResultFile(bench: string, startedAt: Date): string {
  return join(folder, `${bench}-${startedAt.toISOString().replaceAll(':', '-').slice(0, 19)}.json`)
}

/** What a run was, beside its figures. */
export interface RunFacts {
  readonly bench: string
  readonly startedAt: Date
  readonly rounds: number
  readonly lines: number
}

/** Writes all that was measured as JSON. */
export function saveResults(file: string, { startedAt, ...facts }: RunFacts, sections: readonly Section[]): void {
  const content = {
    ...facts,
    started_at: startedAt.toISOString(),
    node: process.version,
    cores: availableParallelism(),
    load_average: loadavg(),
    sections: sections.map(({ title, figures, sides, rounds }) => ({
      title,
      figures: figures.map((figure) => ({
        ...figure,
        ...(figure.budget === undefined ? {} : { verdict: verdictOf(figure.spread, figure.budget) }),
      })),
      ...(sides === undefined ? {} : { sides }),
      rounds,
    })),
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
}
