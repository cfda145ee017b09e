import type { Position } from '@millrace/contracts'
import { cursorEntry } from './entries.js'

/** How far a node has come in a domain. */
export interface Cursor {
  /** Its entry in the ledger. */
  readonly entry: string
  position: Position
}

/** How far recorded nodes have come: by domain, and there by node, so that no message needs the name of an entry. */
export class Cursors {
  readonly #domains = new Map<string, Map<number, Cursor>>()

  get(domain: string, node: number): Position | undefined {
    return this.#domains.get(domain)?.get(node)?.position
  }

  /** A node has come to a position. */
  move(domain: string, node: number, position: Position): Cursor {
    let nodes = this.#domains.get(domain)
    if (nodes === undefined) {
      nodes = new Map()
      this.#domains.set(domain, nodes)
    }
    const known = nodes.get(node)
    if (known !== undefined) {
      known.position = position
      return known
    }
    const cursor = { entry: cursorEntry(domain, node), position }
    nodes.set(node, cursor)
    return cursor
  }

  /** Forgets a domain. @returns the cursors that were in it */
  end(domain: string): Iterable<Cursor> {
    const nodes = this.#domains.get(domain)
    this.#domains.delete(domain)
    return nodes?.values() ?? []
  }
}
