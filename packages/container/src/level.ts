import {
  type Finding,
  type Injections,
  MillraceError,
  type ServiceDefinition,
  type ServiceScope,
  type Token,
} from '@millrace/contracts'
import type { Container } from './container.js'
import type { ContainerSettings } from './container-options.js'
import { gapOf, inspect, throwFindings, type Wiring } from './findings.js'
import { createHoldings, giveAllBack, type Holdings, type Loan } from './holdings.js'
import { type CloseFailure, reportCloseFailure } from './service-life.js'
import type { ServiceTable } from './service-table.js'

interface Ready {
  readonly value: unknown
}

/** A container, or a scope opened from one: the same thing at two levels, of which the lower holds the singletons. */
export class Level implements Container {
  readonly #table: ServiceTable
  readonly #settings: ContainerSettings
  /** This level and those below it, the root last. */
  readonly #chain: readonly Level[]
  readonly #holdings: Holdings
  readonly #values = new Map<string, Ready>()
  readonly #scopes = new Set<Level>()
  #ending: Promise<readonly CloseFailure[]> | undefined
  #closing: Promise<void> | undefined

  constructor(table: ServiceTable, settings: ContainerSettings, below: readonly Level[] = []) {
    this.#table = table
    this.#settings = settings
    this.#chain = [this, ...below]
    this.#holdings = createHoldings({
      settings,
      lend: (name) => this.#lend(name),
      refuseIfClosed: () => this.#refuseIfClosed(),
    })
  }

  findings(): readonly Finding[] {
    this.#refuseIfClosed()
    return inspect([...this.#table.services.keys()], this.#wiring(this.#later()))
  }

  missing(inject: Injections, who: string): readonly Finding[] {
    this.#refuseIfClosed()
    const wiring = this.#wiring(this.#later())
    return Object.values(inject)
      .map(({ name }) => gapOf(name, this.#scope(), [who], wiring))
      .filter((gap) => gap !== undefined)
  }

  bind<Value>({ name }: Token<Value>, value: Value): void {
    this.#refuseIfClosed()
    if (this.#table.services.has(name) || this.#bound(name) !== undefined)
      throw new MillraceError('DI_DUPLICATE', `${name} has a service or a value already; keep one of them`)
    this.#values.set(name, { value })
  }

  async resolve<Value>({ name }: Token<Value>): Promise<Value> {
    this.#refuseIfClosed()
    throwFindings(this.#faults(name))
    const { value } = await this.#lend(name)
    this.#refuseIfClosed()
    return value as Value // defineService and bind tie it to the token's type
  }

  get<Value>({ name }: Token<Value>): Value {
    this.#refuseIfClosed()
    const ready = this.#ready(name)
    if (ready !== undefined) return ready.value as Value // defineService and bind tie it to the token's type
    throwFindings(this.#faults(name))
    throw new TypeError(`${name} is not made yet; call start() or resolve() before get()`)
  }

  async start(): Promise<void> {
    this.#refuseIfClosed()
    const scope = this.#scope()
    const names = [...this.#table.services.values()]
      .filter((service) => service.scope === scope)
      .map(({ token }) => token.name)
    throwFindings(inspect(names, this.#wiring(none)))
    await this.#lendAll(names)
    this.#refuseIfClosed()
  }

  scope(): Container {
    this.#refuseIfClosed()
    const scope = new Level(this.#table, this.#settings, this.#chain)
    this.#scopes.add(scope)
    return scope
  }

  close(): Promise<void> {
    this.#closing ??= this.#endAndReport()
    return this.#closing
  }

  async #endAndReport(): Promise<void> {
    const [first, ...others] = await this.#end()
    for (const failure of others) reportCloseFailure(failure, this.#settings)
    if (first !== undefined) throw first.error
  }

  /** A level that ends hears what could not be closed in its scopes too. */
  #end(): Promise<readonly CloseFailure[]> {
    this.#ending ??= this.#closeAll()
    return this.#ending
  }

  async #closeAll(): Promise<readonly CloseFailure[]> {
    const failures: CloseFailure[] = []
    for (const scope of [...this.#scopes].reverse()) failures.push(...(await scope.#end()))
    failures.push(...(await this.#holdings.close()))
    for (const level of this.#chain) level.#scopes.delete(this)
    return failures
  }

  #ended(): boolean {
    return this.#chain.some((level) => level.#ending !== undefined)
  }

  #refuseIfClosed(): void {
    if (!this.#ended()) return
    const what = this.#isScope() ? 'scope' : 'container'
    throw new MillraceError('DI_CLOSED', `the ${what} is closed and gives nothing more; take what you need before that`)
  }

  /** The services that this level makes. */
  #scope(): ServiceScope {
    return this.#isScope() ? 'scoped' : 'singleton'
  }

  #root(): Level {
    return this.#chain.at(-1) ?? this
  }

  #isScope(): boolean {
    return this.#chain.length > 1
  }

  #bound(name: string): Ready | undefined {
    return this.#chain.map((level) => level.#values.get(name)).find((ready) => ready !== undefined)
  }

  #boundNames(): readonly string[] {
    return this.#chain.flatMap((level) => [...level.#values.keys()])
  }

  #later(): ReadonlySet<string> {
    return new Set(this.#settings.boundLater.map(({ name }) => name))
  }

  /** A singleton sees only what is bound at the root: it outlives every scope. */
  #wiring(later: ReadonlySet<string>): Wiring {
    return {
      table: this.#table,
      bound: (name, wantedBy) =>
        later.has(name) || (wantedBy === 'scoped' ? this : this.#root()).#bound(name) !== undefined,
      boundNames: () => [...this.#boundNames(), ...later],
    }
  }

  /** Why a token cannot be had here; nothing when it can. */
  #faults(name: string): readonly Finding[] {
    const wiring = this.#wiring(none)
    const gap = gapOf(name, this.#scope(), [], wiring)
    return gap === undefined ? inspect([name], wiring) : [gap]
  }

  #ready(name: string): Ready | undefined {
    const service = this.#table.services.get(name)
    if (service === undefined) return this.#bound(name)
    return this.#owner(service).#holdings.keep(service)
  }

  #owner(service: ServiceDefinition): Level {
    return service.scope === 'singleton' ? this.#root() : this
  }

  /** That the token can be had was checked before. */
  async #lend(name: string): Promise<Loan> {
    const service = this.#table.services.get(name)
    if (service === undefined) return { value: this.#bound(name)?.value, giveBack: async () => undefined }
    return this.#owner(service).#holdings.borrow(service)
  }

  async #lendAll(names: readonly string[]): Promise<void> {
    const loans: Loan[] = []
    try {
      for (const name of names) loans.push(await this.#lend(name))
    } catch (error) {
      await giveAllBack(loans)
      throw error
    }
  }
}

const none: ReadonlySet<string> = new Set()
