export { compilePlan } from './compile-plan.js'
export { type LinkPair, linkPairs, peersOf } from './link-pairs.js'
export { placementFindings } from './placement-findings.js'
export type { GroupReference, PlacementInput, Selectable } from './placement-input.js'
export { outside, type PlanEdge, planEdges } from './plan-edges.js'
export {
  type PlanReport,
  type PlanReportEdge,
  type PlanReportGroup,
  type PlanReportHop,
  type PlanReportNode,
  type PlanReportType,
  planJson,
} from './plan-json.js'
export { planMermaid } from './plan-mermaid.js'
export { planTable } from './plan-table.js'
export { textTable } from './text-table.js'
