/**
 * How modules are found, read, linked and evaluated in a process that runs the sources. Node 20 keeps the hooks of its own loader
 * in a thread, which takes longer to start than the process; the modules of `node:vm` need none.
 *
 * M1  An import is resolved as Node does it, save that `.js` stands for a `.ts` beside it, as TypeScript has it.
 * M2  What it resolves to is read from its bundle, where it has one.
 * M3  What is inside of a bundle is never read beside it: the process would have two of each class.
 * M4  Libraries, and all else that is no ES module in a file, Node imports itself.
 * M5  One graph is linked after the other: nothing is evaluated while another import still links what it needs.
 */
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SourceTextModule, SyntheticModule } from 'node:vm'
import { inTypeScript } from './in-typescript.mjs'
import { moduleText } from './module-text.mjs'
import { tellSources } from './tell-sources.mjs'

/** @typedef {import('node:vm').Module} Module */

export class ModuleLoader {
  /** @type {Map<string, Promise<Module>>} */
  #modules = new Map()
  #linked = Promise.resolve()
  #bundles
  #entries
  #inside

  /** @param {URL} bundles their folder */
  constructor(bundles) {
    /** @type {import('./keep-bundles.mjs').BundleIndex} */
    const { entries, inside } = JSON.parse(readFileSync(new URL('index.json', bundles), 'utf8'))
    this.#bundles = bundles.href
    this.#entries = entries
    this.#inside = new Set(inside)
  }

  /**
   * What `import()` does in a module.
   *
   * @param {string} specifier
   * @param {string} parent the URL of the module
   * @param {ImportAttributes} [attributes]
   */
  async import(specifier, parent, attributes) {
    const { namespace } = await this.#evaluated(specifier, parent, attributes)
    return namespace
  }

  /**
   * @param {string} specifier
   * @param {string} parent
   * @param {ImportAttributes} [attributes]
   */
  async #evaluated(specifier, parent, attributes) {
    const module = await this.#moduleOf(this.#resolve(specifier, parent), attributes)
    const linking = this.#linked.then(() => this.#link(module))
    this.#linked = linking.catch(() => undefined)
    await linking
    await module.evaluate()
    return module
  }

  /** @param {Module} module */
  async #link(module) {
    if (module.status === 'errored') throw module.error
    if (module.status !== 'unlinked') return
    await module.link((specifier, { identifier }, { attributes }) =>
      this.#moduleOf(this.#resolve(specifier, identifier), /** @type {ImportAttributes} */ (attributes)),
    )
  }

  /**
   * @param {string} url
   * @param {ImportAttributes} [attributes]
   */
  #moduleOf(url, attributes) {
    const module = this.#modules.get(url) ?? this.#read(url, attributes)
    this.#modules.set(url, module)
    return module
  }

  /**
   * @param {string} url
   * @param {ImportAttributes} [attributes]
   */
  async #read(url, attributes) {
    if (this.#inside.has(url))
      throw new Error(`${url} is inside of a bundle and cannot be loaded beside it; make it one of the entries`)
    if (url.startsWith(this.#bundles))
      return this.#create(url, readFileSync(new URL(url), 'utf8'), readFileSync(new URL(`${url}.cache`)))
    const text = await moduleText(url)
    return text === undefined ? importedByNode(url, attributes) : this.#create(url, text)
  }

  /**
   * @param {string} url
   * @param {string} text
   * @param {Buffer} [cachedData]
   */
  #create(url, text, cachedData) {
    tellSources(url, text)
    /** @type {import('node:vm').SourceTextModuleOptions} */
    const options = {
      identifier: url,
      importModuleDynamically: (specifier, _, attributes) =>
        this.#evaluated(specifier, url, /** @type {ImportAttributes} */ (attributes)),
      initializeImportMeta: (meta) => void Object.assign(meta, this.#metaOf(url)),
    }
    return cachedData === undefined ? new SourceTextModule(text, options) : fromCache(text, { ...options, cachedData })
  }

  /** @param {string} url */
  #metaOf(url) {
    const filename = fileURLToPath(url)
    return {
      url,
      filename,
      dirname: dirname(filename),
      /** @param {string} specifier */
      resolve: (specifier) => this.#resolve(specifier, url),
      /** @param {string} specifier */
      import: (specifier) => this.import(specifier, url),
    }
  }

  /**
   * @param {string} specifier
   * @param {string} parent
   */
  #resolve(specifier, parent) {
    if (parent.startsWith(this.#bundles) && specifier.startsWith('./')) return new URL(specifier, parent).href
    const url = import.meta.resolve(inTypeScript(specifier, parent) ?? specifier, parent)
    const bundle = this.#entries[url]
    return bundle === undefined ? url : this.#bundles + bundle
  }
}

/**
 * What V8 made of a text before, where it is fit for the flags of this process.
 *
 * @param {string} text
 * @param {import('node:vm').SourceTextModuleOptions} options
 */
function fromCache(text, options) {
  try {
    return new SourceTextModule(text, options)
  } catch (error) {
    if (!isRejection(error)) throw error
    const { cachedData, ...others } = options
    return new SourceTextModule(text, others)
  }
}

/** @param {unknown} error */
function isRejection(error) {
  return error instanceof Error && 'code' in error && error.code === 'ERR_VM_MODULE_CACHED_DATA_REJECTED'
}

/**
 * @param {string} url
 * @param {ImportAttributes} [attributes]
 */
async function importedByNode(url, attributes) {
  const namespace = await import(url, { with: attributes ?? {} })
  const names = Object.keys(namespace)
  const module = new SyntheticModule(names, () => {
    for (const name of names) module.setExport(name, namespace[name])
  })
  return module
}
