import { readYaml } from './read-yaml.js'
import type { Reading } from './reading.js'
import { unreadable } from './reading.js'

/** Reads JSON: YAML holds all of it, so the YAML reader finds the places and the keys that stand twice. */
export function readJson(source: string, file: string): Reading {
  const reading = readYaml(source, file)
  if (reading.tree === undefined || isJson(source)) return reading
  return unreadable(
    file,
    'is not JSON: comments, single quotes, bare keys and trailing commas are not allowed; name it .yml to write YAML',
  )
}

function isJson(source: string): boolean {
  try {
    JSON.parse(source)
    return true
  } catch {
    // Its message quotes the file; a file may hold what must not be shown.
    return false
  }
}
