import type { Finding, Injections, Token } from '@millrace/contracts'

/** Makes services when they are needed, each once and after what it needs, and closes them in the reverse order. */
export interface Container {
  /**
   * Everything that is wrong with how the services are wired, at once; nothing is made.
   *
   * @throws MillraceError DI_CLOSED
   */
  findings(): readonly Finding[]
  /**
   * What cannot be injected into something that is no service, such as a node.
   *
   * @param who its name, the head of the path that is drawn
   * @throws MillraceError DI_CLOSED
   */
  missing(inject: Injections, who: string): readonly Finding[]
  /**
   * Binds a token to a value that is ready. Whoever made it closes it.
   *
   * @throws MillraceError DI_DUPLICATE when the token has a service or a value already, DI_CLOSED
   */
  bind<Value>(token: Token<Value>, value: Value): void
  /**
   * The value of a token, made now if it is not made yet. After a failure the next call tries again.
   *
   * @throws MillraceError DI_MISSING, DI_DUPLICATE, DI_CYCLE, DI_CLOSED, BOOT_START_FAILED when a factory throws,
   * BOOT_NOT_READY when one takes too long
   */
  resolve<Value>(token: Token<Value>): Promise<Value>
  /**
   * The value of a token that is bound or made already.
   *
   * @throws TypeError when it is not made yet
   * @throws MillraceError DI_MISSING, DI_CLOSED
   */
  get<Value>(token: Token<Value>): Value
  /**
   * Makes every singleton, one after the other, in the order of definition but each after what it needs. In a scope it makes
   * the scoped services. When one fails, those made for this call are closed again before the error is thrown.
   *
   * @throws MillraceError as {@link Container.resolve} does
   */
  start(): Promise<void>
  /**
   * Opens a scope: it has scoped services of its own and shares the singletons.
   *
   * @throws MillraceError DI_CLOSED
   */
  scope(): Container
  /**
   * Closes the open scopes, newest first, then every service in the reverse order of creation. All are closed, whatever
   * fails; a second call waits for the first.
   *
   * @throws Error the first failure, which names its service, or MillraceError BOOT_STOP_TIMEOUT when one takes too long; the
   * others become `service.close_failed` events
   */
  close(): Promise<void>
}
