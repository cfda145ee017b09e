import {
  type ConsoleSource,
  createEventEmitter,
  durationBounds,
  type EventEmitter,
  type GraphNode,
  type MetricSample,
  type Plan,
  type SpanRecord,
  type WorkerPhase,
  type WorkerReport,
} from '@millrace/contracts'

/** An application whose state a test changes as it likes; what the page shows of it is then known. */
export interface Application {
  readonly source: ConsoleSource
  readonly events: EventEmitter
  /** By slot; the test writes to them. */
  readonly workers: Map<string, WorkerReport>
  /** By trace id. */
  readonly traces: Map<string, readonly SpanRecord[]>
  /** How often the application was looked at. */
  looks(): number
  /** Changes the phase of a worker, and says so as a supervisor does. */
  move(slot: string, phase: WorkerPhase, incarnation?: number): void
  /** So many more messages are handled by a node, which takes as long as that where they come from another group. */
  handle(node: string, messages: number, tookMs?: number): void
  /** What waits at a node. */
  queue(node: string, messages: number, lagMs?: number): void
  refuse(code: string, times: number): void
  fail(code: string, times: number): void
  /** Makes it hang: nothing is answered until the returned function is called. */
  hang(): () => void
}

const groupNames = ['web', 'features', 'policy']

/** Group and slots of the application, and what each node consumes and emits by index of the type. */
const nodes: readonly (Pick<GraphNode, 'name' | 'kind' | 'consumes' | 'emits' | 'ordered'> & { group: number })[] = [
  { name: 'loads', kind: 'source', consumes: [], emits: [0], ordered: false, group: 0 },
  { name: 'parse', kind: 'handler', consumes: [0], emits: [1], ordered: false, group: 0 },
  { name: 'daily-window', kind: 'handler', consumes: [1], emits: [2], ordered: true, group: 1 },
  { name: 'prime-gate', kind: 'handler', consumes: [1], emits: [3], ordered: false, group: 1 },
  { name: 'decide', kind: 'handler', consumes: [2, 3], emits: [4], ordered: true, group: 2 },
  { name: 'output', kind: 'sink', consumes: [4], emits: [], ordered: true, group: 2 },
]
const types = ['fund.line', 'fund.load-attempt', 'fund.windows', 'fund.prime', 'fund.decision']
const edges = [
  [0, 1, 0],
  [1, 2, 1],
  [1, 3, 1],
  [2, 4, 2],
  [3, 4, 3],
  [4, 5, 4],
] as const

/** The plan of an application with three groups; its hops are web to features, and features to policy. */
export const plan: Plan = {
  profile: 'tcp_local',
  graph: {
    nodes: nodes.map(({ group, ...node }) => ({
      ...node,
      stage: groupNames[group],
      tags: [],
      runner: 'io',
      state: [],
    })),
    types: types.map((name) => ({ name, reply: false, encoding: 'json', fields: [], entry: false })),
    edges: edges.map(([from, to, type]) => ({ from, to, type })),
  },
  groups: groupNames.map((name, index) => ({
    name,
    nodes: nodes.flatMap(({ group }, node) => (group === index ? [node] : [])),
    slots: name === 'features' ? ['features#1', 'features#2'] : [`${name}#1`],
    partitionBy: name === 'features' ? 'customer_id' : undefined,
    partitions: name === 'features' ? 64 : 1,
    redeliver: 1,
  })),
  groupOf: nodes.map(({ group }) => group),
  hops: edges.flatMap(([from, to], edge) => {
    const [fromGroup = 0, toGroup = 0] = [nodes[from]?.group, nodes[to]?.group]
    return fromGroup === toGroup ? [] : [{ edge, fromGroup, toGroup, choose: 'load' as const }]
  }),
  hash: 'c0'.repeat(32),
}

/** Makes the application, with four workers that run. */
export function createApplication(): Application {
  const events = createEventEmitter()
  const slots = plan.groups.flatMap(({ name, slots }) => slots.map((slot) => [slot, name] as const))
  const workers = new Map(slots.map(([slot, group], index) => [slot, worker(slot, group, 4_000 + index)]))
  const traces = new Map<string, readonly SpanRecord[]>()
  const handled = new Map<string, number>()
  const queued = new Map<string, readonly [messages: number, lagMs: number]>()
  const hops = new Map<string, number[]>()
  const counts = new Map<string, MetricSample>()
  let looks = 0
  let hanging = Promise.resolve()

  const samples = (): readonly MetricSample[] => [
    ...nodes.flatMap(({ name, group }): readonly MetricSample[] => {
      const labels = { node: name, group: groupNames[group] ?? '', worker: `${groupNames[group]}#1` }
      const [messages, lagMs] = queued.get(name) ?? [0, 0]
      return [
        { name: 'millrace_messages_handled_total', labels, value: handled.get(name) ?? 0 },
        { name: 'millrace_queue_depth', labels, value: messages },
        { name: 'millrace_queue_lag_seconds', labels, value: lagMs / 1000 },
      ]
    }),
    ...[...hops].map(([hop, buckets]): MetricSample => {
      const [group = '', to = ''] = hop.split(' ')
      const count = buckets.reduce((sum, inside) => sum + inside, 0)
      const labels = { group, worker: `${group}#1`, to }
      return { name: 'millrace_hop_duration_seconds', labels, value: { count, sum: 0, buckets: [...buckets] } }
    }),
    ...counts.values(),
  ]
  const more = (name: 'millrace_refusals_total' | 'millrace_failures_total', code: string, times: number): void => {
    const known = counts.get(`${name} ${code}`)?.value
    const value = (typeof known === 'number' ? known : 0) + times
    counts.set(`${name} ${code}`, { name, labels: { code, group: 'web', worker: 'web#1' }, value })
  }
  return {
    events,
    workers,
    traces,
    looks: () => looks,
    source: {
      title: 'fund-loads',
      plan,
      async snapshot() {
        looks += 1
        await hanging
        const vitals = {
          handled: 0,
          queued: 0,
          inFlight: 0,
          redelivered: 0,
          rssBytes: 96 * 2 ** 20,
          lagMs: 0,
          loopDelayMs: 3,
        }
        return {
          scenario: 'baseline',
          pid: 3_999,
          phase: 'running',
          at: Date.now(),
          own: vitals,
          workers: [...workers.values()],
        }
      },
      metrics: async () => samples(),
      trace: async (id) => traces.get(id) ?? [],
      subscribe: events.subscribe,
    },
    move(slot, phase, incarnation) {
      const known = workers.get(slot)
      if (known === undefined) throw new RangeError(slot)
      const next = incarnation ?? known.incarnation
      const restarts = next - 1
      workers.set(slot, {
        ...known,
        phase,
        incarnation: next,
        restarts,
        vitals: phase === 'running' ? (known.vitals ?? calm) : undefined,
      })
      const facts = phase === 'failed' ? { code: 'WORKER_CRASHED', reason: 'signal SIGKILL' } : {}
      events.emit(`worker.${phase}`, { worker: slot, group: known.group, incarnation: next, ...facts })
    },
    handle(node, messages, tookMs = 1) {
      handled.set(node, (handled.get(node) ?? 0) + messages)
      for (const hop of hopsTo(node)) {
        const buckets = hops.get(hop) ?? Array.from({ length: durationBounds.length + 1 }, () => 0)
        const bucket = durationBounds.findIndex((bound) => tookMs / 1000 <= bound)
        buckets[bucket] = (buckets[bucket] ?? 0) + messages
        hops.set(hop, buckets)
      }
    },
    queue: (node, messages, lagMs = 0) => void queued.set(node, [messages, lagMs]),
    refuse: (code, times) => more('millrace_refusals_total', code, times),
    fail: (code, times) => more('millrace_failures_total', code, times),
    hang() {
      let go: () => void = () => undefined
      hanging = new Promise((resolve) => {
        go = resolve
      })
      return go
    },
  }
}

const calm = { handled: 0, queued: 0, inFlight: 2, redelivered: 0, rssBytes: 118 * 2 ** 20, lagMs: 0, loopDelayMs: 2 }

function worker(slot: string, group: string, pid: number): WorkerReport {
  return { slot, group, phase: 'running', incarnation: 1, pid, restarts: 0, vitals: calm }
}

function hopsTo(node: string): readonly string[] {
  const to = nodes.findIndex(({ name }) => name === node)
  const pairs = edges
    .filter((edge) => edge[1] === to)
    .map(([from]) => [nodes[from]?.group ?? 0, nodes[to]?.group ?? 0] as const)
    .filter(([from, to]) => from !== to)
    .map(([from, to]) => `${groupNames[from]} ${groupNames[to]}`)
  return [...new Set(pairs)]
}

/** The spans of one root: through every node but prime-gate, and sent twice to the policy, whose first process died. */
export function spansOf(traceId: string): readonly SpanRecord[] {
  const at = Date.now() - 1_000
  const span = (
    id: number,
    parent: number | undefined,
    kind: SpanRecord['kind'],
    name: string,
    slot: string,
    startMs: number,
    durationMs: number,
  ): SpanRecord => ({
    traceId,
    spanId: idOf(id),
    parentId: parent === undefined ? undefined : idOf(parent),
    kind,
    name,
    slot,
    group: slot.split('#')[0] ?? '',
    startMs: at + startMs,
    durationMs,
    code: undefined,
    repeats: [],
  })
  const lost = { ...span(5, 4, 'hop', 'policy', 'features#2', 3.1, 4.4), code: 'WORKER_CRASHED' as const }
  return [
    span(1, undefined, 'root', 'loads', 'web#1', 0, 42.5),
    span(2, 1, 'node', 'parse', 'web#1', 0.3, 0.6),
    span(3, 2, 'hop', 'features', 'web#1', 1, 41.2),
    span(4, 3, 'node', 'daily-window', 'features#2', 1.6, 1.4),
    lost,
    { ...span(6, 4, 'hop', 'policy', 'features#2', 30.2, 11.4), repeats: [{ traceId, spanId: idOf(5) }] },
    span(7, 6, 'node', 'decide', 'policy#1', 31, 7.8),
    span(8, 7, 'node', 'output', 'policy#1', 39.1, 2.1),
  ]
}

function idOf(number: number): string {
  return number.toString(16).padStart(16, '0')
}
