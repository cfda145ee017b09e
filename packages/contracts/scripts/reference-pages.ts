import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { errorCodes } from '../src/error-codes.js'
import { eventList } from '../src/events.js'
import { metricList } from '../src/metrics.js'

/** A page of the documentation whose end follows from a table of this package, and what must stand in it. */
export interface ReferencePage {
  readonly path: string
  readonly text: string
}

/** Every page that follows from the tables: what stands above the mark is written by hand and kept. */
export function referencePages(): readonly ReferencePage[] {
  return [
    referencePage('errors.md', errorTables()),
    referencePage('events.md', eventTables()),
    referencePage('metrics.md', metricTables()),
  ]
}

const mark = '<!-- Generated from the tables of @millrace/contracts; do not edit below. -->\n'

function referencePage(name: string, tables: string): ReferencePage {
  const path = fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url))
  const page = readFileSync(path, 'utf8')
  const at = page.indexOf(mark)
  if (at < 0) throw new TypeError(`docs/${name} has lost the line that begins the reference`)
  return { path, text: `${page.slice(0, at)}${mark}\n${tables}` }
}

/** What a family of codes is about, by the word that they begin with. */
const errorFamilies: Readonly<Record<string, string>> = {
  CONFIG: 'Configuration and installation',
  PACKAGE: 'Configuration and installation',
  DI: 'Services',
  GRAPH: 'The graph',
  NODE: 'Nodes and payloads',
  SOURCE: 'Nodes and payloads',
  SINK: 'Nodes and payloads',
  PAYLOAD: 'Nodes and payloads',
  ROUTE: 'Routing',
  PLACEMENT: 'Placement and state',
  STATE: 'Placement and state',
  SEC: 'Security of links',
  BOOT: 'Start and stop',
  WORKER: 'Worker processes',
  HANDOFF: 'Worker processes',
  FENCED: 'Worker processes',
  REPLY: 'Requests',
  OVERLOADED: 'Admission and backends',
  SHUTTING: 'Admission and backends',
  BACKEND: 'Admission and backends',
  RESUME: 'Resumed runs',
  CONTROL: 'Running applications',
  RETRY: 'Running applications',
  WEB: 'Web requests',
}

function errorTables(): string {
  const rows = Object.entries(errorCodes).map(([code, meaning]) => ({
    family: familyOf(code),
    row: `| \`${code}\` | ${meaning} |`,
  }))
  return tables('| code | meaning |\n|---|---|', rows)
}

function familyOf(code: string): string {
  const family = errorFamilies[code.split('_')[0] ?? '']
  if (family === undefined) throw new TypeError(`${code} belongs to no family; give its first word one`)
  return family
}

function eventTables(): string {
  const rows = Object.entries(eventList).map(([name, { level, says }]) => ({
    family: `\`${name.split('.')[0]}\``,
    row: `| \`${name}\` | ${level} | ${says} |`,
  }))
  return tables('| event | level | what it says |\n|---|---|---|', rows)
}

function metricTables(): string {
  const rows = Object.entries(metricList).map(([name, { kind, labels, says }]) => ({
    family: metricFamilies[kind],
    row: `| \`${name}\` | ${labels.map((label) => `\`${label}\``).join(', ')} | ${says} |`,
  }))
  return tables('| metric | labels | what it says |\n|---|---|---|', rows)
}

const metricFamilies = { counter: 'Counters', gauge: 'Gauges', histogram: 'Histograms' } as const

/** One table for each family, the families in the order of their first rows. */
function tables(head: string, rows: readonly { readonly family: string; readonly row: string }[]): string {
  const families = new Map<string, string[]>()
  for (const { family, row } of rows) families.set(family, [...(families.get(family) ?? []), row])
  return [...families].map(([family, own]) => `### ${family}\n\n${[head, ...own].join('\n')}\n`).join('\n')
}
