import { readFileSync } from 'node:fs'

const path = new URL('../../../docs/protocol.md', import.meta.url)
const block = /^```(?:text|json) golden (\S+)\n([\s\S]*?)\n```$/gm

/** The golden vectors as docs/protocol.md shows them, by name. */
export function documentedVectors(): ReadonlyMap<string, string> {
  const text = readFileSync(path, 'utf8')
  return new Map([...text.matchAll(block)].map(([, name = '', content = '']) => [name, content]))
}

/** The bytes that a golden vector of the document stands for. */
export function bytesOf(vector: string): Buffer {
  const lines = vector.replace(/^(.+) × (\d+)$/gm, (_, line: string, times: string) => line.repeat(Number(times)))
  return Buffer.from(lines.replaceAll('\n', ''), 'hex')
}
