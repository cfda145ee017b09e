import { nearestName, Type } from '@millrace/contracts'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import type { TSchema } from 'typebox'
import { dictionary, frozen } from './complete.js'
import { createAjv } from './create-ajv.js'
import { keywordsOf, mapSchemas, type Schema, toDraft2020 } from './dialect.js'
import { faultMistake, withoutEchoes } from './fault-mistakes.js'
import type { Finding, Mistake } from './finding.js'
import type { LoadedConfig } from './loaded-config.js'
import { schemaFaults } from './schema-faults.js'

/** What has a slice of the configuration: a node under `nodes`, a source or sink under `adapters`. */
export interface SliceOwner {
  readonly name: string
  /** Schema of its slice; without one its slice is empty. */
  readonly schema?: TSchema | undefined
}

/** The definitions that discovery has found. */
export interface SliceOwners {
  readonly nodes: readonly SliceOwner[]
  readonly adapters: readonly SliceOwner[]
}

/** Every slice with its defaults filled in, and what is wrong with them. */
export interface CheckedSlices {
  readonly findings: readonly Finding[]
  /** By node; every node has one. The record has no prototype. */
  readonly nodes: Readonly<Record<string, unknown>>
  /** By source or sink; only those that the configuration names, which makes them active. The record has no prototype. */
  readonly adapters: Readonly<Record<string, unknown>>
}

type Kind = 'nodes' | 'adapters'

/**
 * Checks `nodes.<name>` and `adapters.<name>` by the schemas of what discovery has found, and fills in their defaults.
 * Unknown keys are refused also where such a schema does not say so. A schema that cannot be compiled is a finding too.
 */
export function checkSlices(loaded: LoadedConfig, owners: SliceOwners): CheckedSlices {
  const nodes = checkKind(loaded, 'nodes', owners.nodes, owners)
  const adapters = checkKind(loaded, 'adapters', owners.adapters, owners)
  return {
    findings: [...nodes.mistakes, ...adapters.mistakes].map((mistake) => loaded.find(mistake)),
    nodes: nodes.slices,
    adapters: adapters.slices,
  }
}

interface KindCheck {
  readonly mistakes: readonly Mistake[]
  readonly slices: Readonly<Record<string, unknown>>
}

function checkKind(loaded: LoadedConfig, kind: Kind, those: readonly SliceOwner[], owners: SliceOwners): KindCheck {
  const given = loaded.config[kind]
  const strangers = Object.keys(given).filter((name) => !those.some((owner) => owner.name === name))
  // A node works without a slice; a source or sink is active only where it has one.
  const present = those.filter((owner) => kind === 'nodes' || owner.name in given)
  const checked = present.map((owner) => checkSlice(kind, owner, given[owner.name]))
  return {
    mistakes: [
      ...strangers.map((name) => strangerMistake(kind, name, owners)),
      ...checked.flatMap(({ mistakes }) => mistakes),
    ],
    slices: Object.freeze(dictionary(Object.fromEntries(checked.map(({ name, slice }) => [name, slice])))),
  }
}

function checkSlice(kind: Kind, { name, schema }: SliceOwner, given: unknown) {
  if (given === undefined && schema === undefined) return { name, slice: emptySlice, mistakes: [] }
  const slice: unknown = structuredClone(given ?? {})
  const validate = compileSlice(schema ?? Type.Object({}))
  if (typeof validate === 'string')
    return { name, slice, mistakes: [{ path: [kind, name], message: `cannot be checked: ${validate}` }] }
  const faults = validate(slice) ? [] : withoutEchoes(schemaFaults(validate.errors ?? [], slice))
  const mistakes = faults.map((fault) => faultMistake({ ...fault, path: [kind, name, ...fault.path] }, new Map()))
  return { name, slice: frozen(slice), mistakes }
}

const emptySlice: Readonly<Record<string, never>> = Object.freeze({})

/** @returns what checks a slice and fills in its defaults, or why its schema cannot do so */
function compileSlice(schema: TSchema): ValidateFunction | string {
  try {
    const ajv = createAjv({ allErrors: true, useDefaults: true, ownProperties: true })
    return ajv.compile(closed(toDraft2020(keywordsOf(schema))))
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown reason'
    return `the schema that it is defined with cannot be compiled (${reason})`
  }
}

/** Refuses keys that an object schema does not name, unless the schema says otherwise or is a part of an intersection. */
function closed(schema: Schema): Schema {
  const { allOf, ...rest } = schema
  const open = 'additionalProperties' in rest || 'unevaluatedProperties' in rest || '$ref' in rest
  const inside = { ...mapSchemas(rest, closed), ...(allOf === undefined ? {} : { allOf }) }
  if (open) return inside
  if (allOf !== undefined) return { ...inside, unevaluatedProperties: false }
  return 'properties' in rest && !('patternProperties' in rest) ? { ...inside, additionalProperties: false } : inside
}

function strangerMistake(kind: Kind, name: string, owners: SliceOwners): Mistake {
  const [here, there] = kind === 'nodes' ? (['nodes', 'adapters'] as const) : (['adapters', 'nodes'] as const)
  const things = { nodes: 'node', adapters: 'source or sink' }
  const path = [kind, name]
  if (owners[there].some((owner) => owner.name === name))
    return { path, atKey: true, message: `is a ${things[there]}; its slice belongs under ${there}` }
  const names = owners[here].map((owner) => owner.name)
  const near = nearestName(name, names)
  const advice = near !== undefined ? `did you mean ${near}?` : knownNames(names)
  return { path, atKey: true, message: `names no ${things[here]} that discovery has found; ${advice}` }
}

function knownNames(names: readonly string[]): string {
  return names.length === 0 ? 'it has found none' : `known are ${names.join(', ')}`
}
