/** For tests of nodes: runs them as a graph, in this process, with every check on. */
import {
  type AppDefinition,
  defineSink,
  defineSource,
  type Message,
  type MessageType,
  type ModuleDefinition,
  type Part,
  partsOf,
} from '@millrace/contracts'
import { createRuntime, type RuntimeOptions, type TokenBinding } from './create-runtime.js'

/** What the nodes under test need beside themselves. */
export interface RunNodesOptions {
  /** Slices of the configuration by node name. @default {} */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Values for injected tokens. @default [] */
  readonly values?: readonly TokenBinding[]
  readonly checks?: RuntimeOptions['checks']
}

/**
 * Sends messages through a graph of nodes and returns what leaves it: every message of a type that none of the nodes consumes,
 * in source order. Payloads are validated and frozen at every step.
 *
 * @param parts nodes, services and modules
 * @param messages what enters, each a root
 * @throws MillraceError the first failure
 */
export async function runNodes(
  parts: readonly (Part | ModuleDefinition | AppDefinition)[],
  messages: readonly Message[],
  options: RunNodesOptions = {},
): Promise<readonly Message[]> {
  const left: Message[] = []
  const runtime = await createRuntime({
    nodes: [...parts, testInput(messages), ...testOutputs(leavingTypes(parts), left)],
    overlay: { nodes: options.settings ?? {}, adapters: { 'test-input': {}, 'test-output': {} } },
    values: options.values ?? [],
    checks: { validate: 'every', freeze: true, ...options.checks },
  })
  await runtime.run()
  return left
}

function testInput(messages: readonly Message[]): Part {
  const types = [...new Set(messages.map((message) => message.type))]
  return defineSource({ name: 'test-input', emits: types, read: () => [messages] })
}

function testOutputs(types: readonly MessageType[], left: Message[]): readonly Part[] {
  const byName = new Map(types.map((type) => [type.name, type]))
  const write = (payload: unknown, { type }: { readonly type: string }): void => {
    const message = byName.get(type)?.of(payload)
    if (message !== undefined) left.push(message)
  }
  return [defineSink({ name: 'test-output', consumes: types, open: () => ({ write }) })]
}

/** The types that some node emits and none consumes. */
function leavingTypes(parts: readonly (Part | ModuleDefinition | AppDefinition)[]): readonly MessageType[] {
  const nodes = parts.flatMap(partsOf).filter((part) => part.kind === 'node')
  const consumed = new Set(nodes.flatMap((node) => node.consumes))
  return [...new Set(nodes.flatMap((node) => node.emits))].filter((type) => !consumed.has(type))
}
