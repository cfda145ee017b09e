import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * An environment in which npm, pnpm and changesets see the registry of the proof and no setting of the user or of the
 * script that runs them.
 *
 * @param folder - where the settings and caches go, absolute
 */
export function registryEnvironment(folder: string, registryUrl: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { host } = new URL(registryUrl)
  const userconfig = join(folder, 'npmrc')
  // Verdaccio lets everybody publish; the clients refuse to try without a token, whatever it is.
  writeFileSync(userconfig, `registry=${registryUrl}\n//${host}/:_authToken=anybody\n`)
  return {
    ...withoutScriptSettings(env),
    CI: 'true',
    NO_UPDATE_NOTIFIER: '1',
    no_proxy: '127.0.0.1',
    NO_PROXY: '127.0.0.1',
    npm_config_userconfig: userconfig,
    npm_config_registry: registryUrl,
    npm_config_cache: join(folder, 'npm-cache'),
  }
}

/** Without what npm and pnpm tell the scripts they run, which other npm and pnpm processes would take for settings. */
export function withoutScriptSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(npm_|pnpm_script|NODE_OPTIONS$|INIT_CWD$)/i.test(name)),
  )
}
