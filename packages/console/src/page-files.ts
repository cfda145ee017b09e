import { readdirSync, readFileSync } from 'node:fs'

/** A file of the page. */
export interface PageFile {
  readonly type: string
  readonly bytes: Buffer
}

/** What a browser takes as they are: the sources and the package hold the same files, at the same place beside this module. */
const folder = new URL('../page/', import.meta.url)

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Reads the files of the page, by the paths that they are served under. Nothing else is ever read for a request. */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  return new Map(
    readdirSync(folder).flatMap((name) => {
      const type = types[name.slice(name.lastIndexOf('.') + 1)]
      if (type === undefined) return []
      return [[name === 'index.html' ? '/' : `/${name}`, { type, bytes: readFileSync(new URL(name, folder)) }]]
    }),
  )
}
