import type { EndpointTable, SlotId, WorkerEndpoint } from '@millrace/contracts'

/** Knows where every slot can be dialled. */
export interface EndpointRegistry {
  readonly table: EndpointTable
  /** Adds what can be dialled now; the table gets its next version. */
  put(endpoints: readonly WorkerEndpoint[]): void
  /** Takes a slot out. @returns whether it was in */
  remove(slot: SlotId): boolean
}

/** Makes a registry that knows nobody. */
export function createEndpointRegistry(): EndpointRegistry {
  const endpoints = new Map<SlotId, WorkerEndpoint>()
  let table: EndpointTable = { version: 0, endpoints: [] }

  function changed(): void {
    table = { version: table.version + 1, endpoints: [...endpoints.values()] }
  }

  return {
    get table() {
      return table
    },
    put(added) {
      for (const endpoint of added) endpoints.set(endpoint.slot, endpoint)
      changed()
    },
    remove(slot) {
      const wasIn = endpoints.delete(slot)
      if (wasIn) changed()
      return wasIn
    },
  }
}
