import type { EndpointTable, Retiring, SlotId, WorkerEndpoint } from '@millrace/contracts'

/** Knows where every slot can be dialled. */
export interface EndpointRegistry {
  readonly table: EndpointTable
  /** Adds what can be dialled now; the table gets its next version. */
  put(endpoints: readonly WorkerEndpoint[]): void
  /** A process that goes on while another takes its slot. */
  retire(old: Retiring): void
  /** Takes a process out. @returns whether it was in */
  remove(slot: SlotId, incarnation: number): boolean
}

/** Makes a registry that knows nobody. */
export function createEndpointRegistry(): EndpointRegistry {
  const endpoints = new Map<SlotId, WorkerEndpoint>()
  let retiring: readonly Retiring[] = []
  let table: EndpointTable = { version: 0, endpoints: [], retiring }

  function changed(): void {
    table = { version: table.version + 1, endpoints: [...endpoints.values()], retiring }
  }

  return {
    get table() {
      return table
    },
    put(added) {
      for (const endpoint of added) endpoints.set(endpoint.slot, endpoint)
      changed()
    },
    retire(old) {
      retiring = [...retiring, old]
    },
    remove(slot, incarnation) {
      const left = retiring.filter((old) => old.slot !== slot || old.incarnation !== incarnation)
      const isCurrent = endpoints.get(slot)?.incarnation === incarnation
      if (!isCurrent && left.length === retiring.length) return false
      if (isCurrent) endpoints.delete(slot)
      retiring = left
      changed()
      return true
    },
  }
}
