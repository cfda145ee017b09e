import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { registryEnvironment, withoutScriptSettings } from './environment.js'
import { clients, proveInstall } from './prove-install.js'
import { publishCopy } from './publish-copy.js'
import { readmeProgram } from './readme-program.js'
import { startRegistry } from './registry.js'
import { runProgram } from './run-program.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const packageName = '@millrace/kernel'
const begin = performance.now()

/**
 * Proves that users install only what they need: publishes every package to a registry on loopback, installs the
 * kernel alone from there, and runs the first program of the README with it.
 */
async function main(folder: string): Promise<void> {
  const program = readmeProgram(readFileSync(join(root, 'README.md'), 'utf8'))
  const [copy = '', registryFolder = ''] = ['copy', 'registry'].map((name) => subfolder(folder, name))
  const env = { ...withoutScriptSettings(process.env), CI: 'true', TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' }
  const uplink = (await runProgram('npm', ['config', 'get', 'registry'], { cwd: folder, env })).trim()
  step('start a registry on loopback')
  const registry = await startRegistry({ folder: registryFolder, uplink, env })
  try {
    const publishEnv = registryEnvironment(folder, registry.url, env)
    await publishCopy({ root, copy, installEnv: env, publishEnv, step })
    for (const client of clients) {
      step(`install ${packageName} with ${client}, run the README's first program`)
      const names = await proveInstall(client, { folder: join(folder, client), packageName, program, env: publishEnv })
      console.log(`  ${names.length} packages: ${names.join(' ')}`)
    }
    step('the publish proof passed')
  } finally {
    await registry.stop()
  }
}

function subfolder(folder: string, name: string): string {
  const path = join(folder, name)
  mkdirSync(path)
  return path
}

function step(text: string): void {
  console.log(`${((performance.now() - begin) / 1000).toFixed(1).padStart(6)} s  ${text}`)
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-publish-proof-'))
try {
  await main(folder)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
