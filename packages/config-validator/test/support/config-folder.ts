import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LoadOptions, loadConfig } from '../../src/index.js'

/** A folder of its own for configuration files, and the loader on it. */
export interface ConfigFolder {
  readonly path: string
  /** Writes a file, readable by its owner alone unless a mode says otherwise. */
  write(name: string, text: string | Uint8Array, mode?: number): Promise<void>
  /** The whole text of the error that files give; 'sound' where they give none. */
  refusal(files: readonly string[], options?: LoadOptions): Promise<string>
  /** The same for the text of one file, `app.yml`. */
  refusalOf(yaml: string, options?: LoadOptions): Promise<string>
  remove(): Promise<void>
}

/** Makes an empty folder; whoever makes it removes it. */
export async function configFolder(): Promise<ConfigFolder> {
  const path = await mkdtemp(join(tmpdir(), 'millrace-config-'))
  const folder: ConfigFolder = {
    path,
    write: (name, text, mode = 0o600) => writeFile(join(path, name), text, { mode }),
    refusal: (files, options = {}) =>
      loadConfig(files, { cwd: path, env: {}, ...options }).then(
        () => 'sound',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      ),
    async refusalOf(yaml, options) {
      await folder.write('app.yml', yaml)
      return folder.refusal(['app.yml'], options)
    },
    remove: () => rm(path, { recursive: true }),
  }
  return folder
}
