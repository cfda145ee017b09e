/**
 * Where the parts of a graph are drawn, worked out by ELK in a thread that ends with it: a large graph takes seconds, in which
 * the supervising process must answer its workers, and ELK's memory is given back.
 *
 * @see https://eclipse.dev/elk/reference/algorithms/org-eclipse-elk-layered.html
 */
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { ElkExtendedEdge, ElkNode } from 'elkjs'
import type { Box, EdgePath, Layout, Layouts, PlanView } from './view.js'

const deadlineMs = 20_000

/** Lays out a plan for a wide and for a narrow window. What cannot be laid out is null. */
export async function layoutsOf(plan: PlanView): Promise<Layouts> {
  try {
    const [wide, narrow] = await layOut([elkGraph(plan, 'RIGHT'), elkGraph(plan, 'DOWN')])
    return { wide: layoutOf(plan, wide), narrow: layoutOf(plan, narrow) }
  } catch {
    return { wide: null, narrow: null } // the page has tables, and no drawing is worth the supervising process
  }
}

/** Loads the library where it stands, in a thread without loaders: it runs alike from the sources and from a package. */
const program = `
const { parentPort, workerData } = require('node:worker_threads')
const Elk = require(workerData.elk)
const elk = new Elk()
Promise.all(workerData.graphs.map((graph) => elk.layout(graph))).then((graphs) => parentPort.postMessage(graphs))
`

async function layOut(graphs: readonly ElkNode[]): Promise<readonly ElkNode[]> {
  const elk = createRequire(import.meta.url).resolve('elkjs/lib/main.js')
  const worker = new Worker(program, {
    eval: true,
    execArgv: [],
    env: {},
    workerData: { elk, graphs },
    stdout: true,
    stderr: true,
  })
  worker.unref() // who stops does not wait for a drawing
  const timer = setTimeout(() => void worker.terminate(), deadlineMs).unref()
  return new Promise((resolve) => {
    worker.once('message', resolve)
    worker.once('error', () => resolve([]))
    worker.once('exit', () => {
      clearTimeout(timer)
      resolve([])
    })
  })
}

const nodeHeight = 64
const lineHeight = 15

/** A graph as ELK takes it: groups that hold nodes, and edges that may cross their borders. */
function elkGraph({ groups, nodes, edges }: PlanView, direction: 'RIGHT' | 'DOWN'): ElkNode {
  const members = (group: number): ElkNode[] =>
    nodes.flatMap(({ name, group: own }, index) =>
      own === group ? [{ id: `n${index}`, width: nodeWidth(name), height: nodeHeight }] : [],
    )
  return {
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': direction,
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.json.shapeCoords': 'ROOT',
      'elk.json.edgeCoords': 'ROOT',
      'elk.padding': '[top=8,left=8,bottom=8,right=8]',
      'elk.spacing.nodeNode': '24',
      'elk.spacing.edgeNode': '14',
      'elk.spacing.edgeEdge': '12',
      'elk.layered.spacing.nodeNodeBetweenLayers': direction === 'RIGHT' ? '28' : '24',
      'elk.layered.spacing.edgeNodeBetweenLayers': '14',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      'elk.edgeLabels.inline': 'false',
      'elk.spacing.edgeLabel': '4',
    },
    children: groups.flatMap(({ name, slots }, index) => {
      const children = members(index)
      if (children.length === 0) return []
      return [
        {
          id: `g${index}`,
          children,
          layoutOptions: {
            'elk.padding': '[top=46,left=14,bottom=14,right=14]',
            'elk.nodeSize.constraints': 'MINIMUM_SIZE',
            'elk.nodeSize.minimum': `(${groupWidth(name, slots.length)}, 0)`,
          },
        },
      ]
    }),
    edges: edges.map(({ from, to, hop, only }, index): ElkExtendedEdge => {
      const lines = hop !== null ? 2 : only ? 1 : 0
      const labels = lines === 0 ? [] : [{ id: `l${index}`, text: 'numbers', width: 88, height: lines * lineHeight }]
      return { id: `e${index}`, sources: [`n${from}`], targets: [`n${to}`], labels }
    }),
  }
}

function nodeWidth(name: string): number {
  return Math.min(Math.max(152, Math.ceil(name.length * 7.8) + 26), 280)
}

function groupWidth(name: string, workers: number): number {
  return Math.max(190, Math.ceil(name.length * 8) + workers * 14 + 110)
}

function layoutOf({ groups, nodes, edges }: PlanView, root: ElkNode | undefined): Layout | null {
  if (root === undefined) return null
  const children = root.children ?? []
  const boxes = new Map([...children, ...children.flatMap((group) => group.children ?? [])].map((box) => [box.id, box]))
  const drawn = new Map((root.edges ?? []).map((edge) => [edge.id, edge]))
  const boxOf = (id: string): Box | null => {
    const box = boxes.get(id)
    return box === undefined ? null : toBox(box)
  }
  return {
    width: round(root.width),
    height: round(root.height),
    groups: groups.map((_, index) => boxOf(`g${index}`)),
    nodes: nodes.map((_, index) => boxOf(`n${index}`) ?? { x: 0, y: 0, width: 0, height: 0 }),
    edges: edges.map((_, index) => pathOf(drawn.get(`e${index}`))),
  }
}

function pathOf(edge: ElkExtendedEdge | undefined): EdgePath {
  const label = edge?.labels?.[0]
  return {
    points: (edge?.sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) =>
      [startPoint, ...bendPoints, endPoint].map(({ x, y }) => [round(x), round(y)] as const),
    ),
    label: label === undefined ? null : toBox(label),
  }
}

function toBox({ x, y, width, height }: Partial<Box>): Box {
  return { x: round(x), y: round(y), width: round(width), height: round(height) }
}

function round(value = 0): number {
  return Math.round(value * 10) / 10
}
