import type { ServiceDefinition } from '@millrace/contracts'
import type { ContainerSettings } from './container-options.js'
import { type CloseFailure, closeOrReport, closeService, createService } from './service-life.js'

/**
 * The services that one container or scope has made.
 *
 * 1. A service is made once, whoever asks for it and however many at a time, after everything it needs.
 * 2. A loan is given back only by someone who could not be made in the end; what then has no borrower left is closed, and so
 *    on downwards. So a failed creation leaves nothing behind, and takes nothing from others.
 *    Once the end has begun, nothing is closed this way: the end closes everything in its order.
 * 3. Whoever asks for a service while its last instance is being closed waits for that first.
 */
export interface Holdings {
  /** Makes the service unless it is made, and lends it. */
  borrow(service: ServiceDefinition): Promise<Loan>
  /** The service if it is made; it then stays until the end. */
  keep(service: ServiceDefinition): { readonly value: unknown } | undefined
  /** Waits for what is being made, then closes everything in the reverse order of creation. */
  close(): Promise<readonly CloseFailure[]>
}

/** A value lent to one borrower. */
export interface Loan {
  readonly value: unknown
  giveBack(): Promise<void>
}

/** What holdings need to know. */
export interface HoldingsParts {
  readonly settings: ContainerSettings
  /** Lends what a service needs, from here or from elsewhere. */
  readonly lend: (name: string) => Promise<Loan>
  /** @throws MillraceError DI_CLOSED once nothing more may be made */
  readonly refuseIfClosed: () => void
}

interface Holding {
  readonly service: ServiceDefinition
  /** What the service needs, borrowed for it. */
  readonly loans: Loan[]
  borrowers: number
}

interface Making {
  readonly holding: Holding
  readonly made: Promise<unknown>
}

interface Made {
  readonly holding: Holding
  readonly value: unknown
}

/** Makes empty holdings. */
export function createHoldings({ settings, lend, refuseIfClosed }: HoldingsParts): Holdings {
  const begun = new Map<string, Making>()
  /** In the order of creation. */
  const created = new Map<string, Made>()
  const closing = new Map<string, Promise<void>>()
  let ending = false

  function begin(service: ServiceDefinition): Making {
    const holding: Holding = { service, loans: [], borrowers: 0 }
    const making: Making = { holding, made: make(holding) }
    begun.set(service.token.name, making)
    return making
  }

  async function make(holding: Holding): Promise<unknown> {
    const { service, loans } = holding
    const { name } = service.token
    try {
      await closing.get(name)
      const injected = await borrowAll(service, loans)
      refuseIfClosed()
      const value = await createService(service, injected, settings)
      created.set(name, { holding, value })
      return value
    } catch (error) {
      begun.delete(name)
      await giveAllBack(loans)
      throw error
    }
  }

  async function borrowAll(service: ServiceDefinition, loans: Loan[]): Promise<Readonly<Record<string, unknown>>> {
    const injected: Record<string, unknown> = {}
    for (const [key, token] of Object.entries(service.inject)) {
      const loan = await lend(token.name)
      loans.push(loan)
      injected[key] = loan.value
    }
    return injected
  }

  async function giveBack(holding: Holding): Promise<void> {
    const { name } = holding.service.token
    holding.borrowers--
    if (holding.borrowers > 0 || ending) return
    const end = dispose(holding, created.get(name)?.value)
    begun.delete(name)
    created.delete(name)
    closing.set(name, end)
    await end
    if (closing.get(name) === end) closing.delete(name)
  }

  async function dispose({ service, loans }: Holding, value: unknown): Promise<void> {
    await closeOrReport(service, value, settings)
    await giveAllBack(loans)
  }

  return {
    async borrow(service) {
      const { holding, made } = begun.get(service.token.name) ?? begin(service)
      holding.borrowers++
      return { value: await made, giveBack: () => giveBack(holding) }
    },
    keep(service) {
      const made = created.get(service.token.name)
      if (made !== undefined) made.holding.borrowers++
      return made
    },
    async close() {
      ending = true
      await Promise.allSettled([...[...begun.values()].map(({ made }) => made), ...closing.values()])
      const failures: CloseFailure[] = []
      for (const {
        holding: { service },
        value,
      } of [...created.values()].reverse()) {
        const failure = await closeService(service, value, settings)
        if (failure !== undefined) failures.push(failure)
      }
      begun.clear()
      created.clear()
      return failures
    },
  }
}

/** The last borrowed goes back first. */
export async function giveAllBack(loans: readonly Loan[]): Promise<void> {
  for (const loan of [...loans].reverse()) await loan.giveBack()
}
