import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '@millrace/config-validator'
import { createEventEmitter, MillraceError } from '@millrace/contracts'
import { type Preflight, preflight } from '@millrace/kernel'
import type { Command, Invocation } from '../command-line/command.js'
import { exitCodes } from '../exit-code.js'
import { apart } from '../parity/apart.js'
import { isIdentical, parityJson, parityText } from '../parity/parity-report.js'
import type { Recording } from '../parity/recording.js'
import { runAgainst, runReference, type VariantParts, type VariantRun } from '../parity/run-variant.js'
import {
  applicationOf,
  defaultVariants,
  defaultVariantsWithGroups,
  parseVariants,
  type Variant,
} from '../parity/variant.js'
import { reportError } from '../report-error.js'
import { prepareTypeScript } from '../typescript/prepare-typescript.js'
import { whileLoading } from '../while-loading.js'
import { refusedJson, tellRefused, toldAsJson } from './refused-json.js'
import { verbose } from './shared-options.js'

/** `millrace parity`. */
export const parity: Command = {
  name: 'parity',
  summary: 'runs an application in several ways and compares what its sinks receive',
  details: `Runs the application once for each variant and compares what every sink receives, message by message, with
what it received in the first. The sinks themselves are not opened, and dead letters, state in Redis and the address
of the web server are not those of the application: it may run meanwhile. Variants:

  memory      payloads pass by reference, as millrace run does in one process
  frozen      payloads are frozen: finds handlers that change what they were given
  serialised  payloads are copied through JSON, as between processes: finds what JSON does not carry
  tcp_local   process groups run as worker processes: finds what depends on sharing one process
  NAME=FILE   the application with one more configuration file, such as a profile

Sources are read once for each variant, so input must come from where it can be read again.
Exit code 0 when all are identical, 1 when not.`,
  options: {
    variants: {
      value: 'LIST',
      says: `what to compare, the reference first (default ${defaultVariants}; with groups tcp_local too)`,
    },
    json: { says: 'prints the comparison, or {"ok":false,"code","findings"}, as one line of JSON' },
    verbose,
  },
  example: {
    says: 'does the production profile give what one process gives?',
    line: 'millrace parity app.yml --variants memory,serialised,production=profile.production.yml',
  },
  run: (invocation) => toldAsJson(invocation, () => runAll(invocation)),
}

async function runAll(invocation: Invocation): Promise<number> {
  const { values, io } = invocation
  const loading = <Result>(load: () => Promise<Result>): Promise<Result> =>
    whileLoading(io, load, (error) => tellRefused(invocation, error))
  const variants = parseVariants(values.variants ?? (await loading(() => usualVariants(invocation))))
  const folder = mkdtempSync(join(tmpdir(), 'millrace-parity-'))
  const recordings = new Map<string, Recording>()
  try {
    const ways = new Map<Variant, Way>()
    for (const variant of variants) ways.set(variant, await loading(() => prepare(variant, invocation, folder)))
    return await compare(invocation, variants, { ways, recordings })
  } finally {
    for (const recording of recordings.values()) recording.close()
    rmSync(folder, { recursive: true })
  }
}

/** What is compared when nobody says so depends on whether there is anything to put into processes. */
async function usualVariants({ operands: files, abilities }: Invocation): Promise<string> {
  await prepareTypeScript(files, abilities)
  const { config } = await loadConfig(files)
  return config.runtime.platform.process_groups.length === 0 ? defaultVariants : defaultVariantsWithGroups
}

/** How a variant is run, beside what it says itself. */
type Way = Pick<VariantParts, 'apart' | 'workerFlags'>

/** Makes sure that a variant can be run and compared. */
async function prepare(variant: Variant, { operands: files, abilities }: Invocation, folder: string): Promise<Way> {
  const workerFlags = await prepareTypeScript([...files, ...variant.overlays], abilities)
  const checked = await preflight({ ...applicationOf(variant, files), embedded: false })
  comparable(checked)
  return { workerFlags, apart: apart(checked.config, folder) }
}

interface Prepared {
  readonly ways: ReadonlyMap<Variant, Way>
  readonly recordings: Map<string, Recording>
}

async function compare(
  { operands: files, flags, io }: Invocation,
  [reference, ...others]: readonly [Variant, ...Variant[]],
  { ways, recordings }: Prepared,
): Promise<number> {
  const events = createEventEmitter()
  const parts = (variant: Variant): VariantParts => ({
    variant,
    files,
    ...(ways.get(variant) ?? { apart: {}, workerFlags: [] }),
    events,
    io,
  })
  const first = await runReference(parts(reference), recordings)
  if (first.end.outcome === 'failed') {
    io.stderr.write(`${reference.name} failed, so there is nothing to compare with\n`)
    reportError(first.end.error, io, { redactor: events.redactor, verbose: flags.has('verbose') })
    if (flags.has('json')) io.stdout.write(`${events.redactor.text(refusedJson(first.end.error))}\n`)
  }
  if (first.end.outcome !== 'done') return first.end.exitCode
  const runs: [VariantRun, ...VariantRun[]] = [first]
  for (const variant of others) {
    const next = await runAgainst(parts(variant), recordings)
    if (next.end.outcome === 'stopped') return next.end.exitCode
    runs.push(next)
  }
  const { redactor } = events
  io.stdout.write(
    flags.has('json') ? `${JSON.stringify(parityJson(runs, redactor))}\n` : `${parityText(runs, redactor)}\n`,
  )
  return runs.every(isIdentical) ? exitCodes.done : exitCodes.failed
}

/** Refuses an application that gives nothing to compare. */
function comparable({ graph, config }: Preflight): void {
  for (const kind of ['source', 'sink'] as const)
    if (!graph.nodes.some((node) => node.kind === kind))
      throw new MillraceError(
        'CONFIG_INVALID',
        `there is nothing to compare: no ${kind} is active; configure one under adapters`,
      )
  if (config.runtime.ordering.sink_mode === 'completion')
    throw new MillraceError(
      'CONFIG_INVALID',
      'runtime.ordering.sink_mode is completion, and messages without an order cannot be compared one by one; lay a file over it that says source_seq',
    )
}
