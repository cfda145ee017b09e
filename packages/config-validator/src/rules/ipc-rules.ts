import type { Mistake } from '../finding.js'
import type { Path } from '../path.js'
import type { Rule } from '../rule.js'

const platform: Path = ['runtime', 'platform']
const auth: Path = [...platform, 'execution_ipc', 'auth']

const inlineHasNoTransport: Rule = function* (config): Iterable<Mistake> {
  const { bootstrap, execution_ipc } = config.runtime?.platform ?? {}
  if (execution_ipc === undefined || bootstrap?.mode !== 'inline') return
  yield {
    path: [...platform, 'execution_ipc'],
    message:
      'has nothing to connect while runtime.platform.bootstrap.mode is inline; set that to process_supervisor, or take execution_ipc away to run in memory',
  }
}

const supervisorNeedsTransport: Rule = function* (config): Iterable<Mistake> {
  const { bootstrap, execution_ipc } = config.runtime?.platform ?? {}
  if (execution_ipc !== undefined || bootstrap?.mode !== 'process_supervisor') return
  yield {
    path: [...platform, 'bootstrap', 'mode'],
    message:
      'needs a transport between its processes; add runtime.platform.execution_ipc with transport: tcp_local, or set the mode to inline',
  }
}

const staticNeedsOneSecret: Rule = function* (config): Iterable<Mistake> {
  const { secret_mode, secret_env, secret_file } = config.runtime?.platform?.execution_ipc?.auth ?? {}
  if (secret_mode !== 'static') return
  const given = [secret_env, secret_file].filter((source) => source !== undefined).length
  if (given === 0) yield { path: auth, message: 'has secret_mode: static and no secret; add secret_env or secret_file' }
  if (given === 2)
    yield { path: [...auth, 'secret_file'], message: 'stands beside secret_env; keep one of them', atKey: true }
}

const generatedNeedsNoSecret: Rule = function* (config): Iterable<Mistake> {
  const settings = config.runtime?.platform?.execution_ipc?.auth
  if (settings?.secret_mode !== 'generated') return
  for (const key of ['secret_env', 'secret_file'] as const)
    if (settings[key] !== undefined)
      yield {
        path: [...auth, key],
        message: 'is not used while secret_mode is generated; add secret_mode: static',
        atKey: true,
      }
}

const redisNeedsStaticSecret: Rule = function* (config): Iterable<Mistake> {
  const ipc = config.runtime?.platform?.execution_ipc
  if (ipc?.transport !== 'redis' || ipc.auth?.secret_mode !== 'generated') return
  yield {
    path: [...auth, 'secret_mode'],
    message:
      'must be static where the transport is redis: what Redis holds outlives the processes; add secret_mode: static with secret_env or secret_file',
  }
}

/** Rules about what connects processes. */
export const ipcRules: readonly Rule[] = [
  inlineHasNoTransport,
  supervisorNeedsTransport,
  staticNeedsOneSecret,
  generatedNeedsNoSecret,
  redisNeedsStaticSecret,
]
