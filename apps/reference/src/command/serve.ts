import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Io, reportError, runUntilDone } from '@millrace/cli'
import { createRuntime, MillraceError } from '@millrace/kernel'
import { type Scenario, scenarios } from '../scenarios.js'

/** Where a service can run; each has an overlay in `config/`. */
const serveProfiles = ['memory', 'tcp_local'] as const

/** What a service speaks; TLS would need a certificate. */
const protocols = ['off', 'h2c'] as const

/** What `reference serve` was asked for. */
export interface ServeSettings {
  readonly scenario: Scenario
  readonly profile: (typeof serveProfiles)[number]
  readonly port: number
  /** HTTP/2 without encryption instead of HTTP/1.1 and WebSocket. */
  readonly http2: (typeof protocols)[number]
  /** Whether it can be looked into: the live page, and metrics at /metrics. */
  readonly console: boolean
}

/**
 * Reads the arguments of `reference serve`.
 *
 * @throws MillraceError CONFIG_INVALID, saying which argument is wrong and what is allowed
 */
export function serveSettings(args: readonly string[]): ServeSettings {
  const { scenario, profile, port, http2, console: page } = parsed(args)
  const number = Number(port)
  if (!/^\d+$/.test(port) || number > 65_535)
    throw refusal(`--port must be a whole number from 0 to 65535 (got '${port}')`)
  return {
    scenario: oneOf('--scenario', scenarios, scenario),
    profile: oneOf('--profile', serveProfiles, profile),
    port: number,
    http2: oneOf('--http2', protocols, http2),
    console: page,
  }
}

/** The configuration of a service, as a runtime takes it. */
export function serveApplication({ scenario, profile, port, http2, console: page }: ServeSettings) {
  const files = [
    'serve.yml',
    ...(scenario === 'experiment' ? ['serve.experiment.yml'] : []),
    `serve.${profile}.yml`,
    ...(page ? ['serve.console.yml'] : []),
  ]
  return {
    config: files.map((name) => fileURLToPath(new URL(`../../config/${name}`, import.meta.url))),
    overlay: { runtime: { web: { server: { port, http2 } } } },
  }
}

/** Serves until a signal comes. @returns the exit code */
export async function serve(settings: ServeSettings, io: Io): Promise<number> {
  const runtime = await createRuntime({
    ...serveApplication(settings),
    checks: { validate: 'entry', freeze: false },
    embedded: false,
  })
  runtime.subscribe(({ name }) => {
    if (name === 'runtime.running' && settings.console) io.stderr.write(`live page: ${runtime.consoleLink()}\n`)
  })
  const end = await runUntilDone(runtime, io, { progress: 'off' })
  if (end.outcome === 'failed') reportError(end.error, io)
  return end.exitCode
}

function parsed(args: readonly string[]) {
  try {
    const options = {
      scenario: { type: 'string', default: 'baseline' },
      profile: { type: 'string', default: 'memory' },
      port: { type: 'string', default: '8080' },
      http2: { type: 'string', default: 'off' },
      console: { type: 'boolean', default: false },
    } as const
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (error) {
    throw refusal((error as Error).message) // parseArgs throws errors and nothing else
  }
}

function oneOf<Value extends string>(option: string, allowed: readonly Value[], given: string): Value {
  const found = allowed.find((value) => value === given)
  if (found !== undefined) return found
  throw refusal(`${option} must be one of ${allowed.join(', ')} (got '${given}')`)
}

function refusal(detail: string): MillraceError {
  return new MillraceError('CONFIG_INVALID', `${detail}. See pnpm reference --help`)
}
