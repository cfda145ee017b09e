import { checkDefinitions, checkFunction, checkOptions, type OptionNames } from './check-definitions.js'
import { checkName, type Definition, definition } from './definition.js'

declare const valueType: unique symbol

/** The name under which something can be injected, with the type of what will be injected. */
export interface Token<Value = unknown> extends Definition<'token'> {
  /** Only for the type checker: no such property exists. */
  readonly [valueType]?: Value
}

/** What a token stands for. */
export type TokenValue<T> = T extends Token<infer Value> ? Value : never

/** Names under which a handler or a factory wants services, each with its token. */
export type Injections = Readonly<Record<string, Token>>

/** The services themselves, under the names of the injections. */
export type Injected<I extends Injections> = { readonly [Name in keyof I]: TokenValue<I[Name]> }

/**
 * Names something that can be injected.
 *
 * @param name unique in the application, such as `shop.rates`
 * @throws TypeError when the name is malformed
 */
export function token<Value>(name: string): Token<Value> {
  checkName('A token', name)
  return definition('token', { name })
}

/** How many of a service there are: one for the container, or one for each scope opened from it. */
export type ServiceScope = 'singleton' | 'scoped'

/** How a service is made and closed. */
export interface ServiceOptions<Value, I extends Injections> {
  /** What it needs, made before it and closed after it. @default {} */
  readonly inject?: I
  /** @default 'singleton' */
  readonly scope?: ServiceScope
  /** Makes the service; may take its time. */
  readonly create: (injected: Injected<I>) => Value | Promise<Value>
  /** Gives back what the service holds; called once, in the reverse order of creation. */
  readonly close?: (value: Value) => void | Promise<void>
}

/** A service as discovery and the container see it. */
export interface ServiceDefinition<Value = unknown> extends Definition<'service'> {
  readonly token: Token<Value>
  readonly inject: Injections
  readonly scope: ServiceScope
  create(injected: Readonly<Record<string, unknown>>): Value | Promise<Value>
  close(value: Value): void | Promise<void>
}

const serviceOptions: OptionNames<ServiceOptions<unknown, Injections>> = {
  inject: true,
  scope: true,
  create: true,
  close: true,
}

/**
 * Says how the service behind a token is made.
 *
 * @param factory a function that makes it, or that function with what it needs and how to close it
 * @throws TypeError when something is no token or function where one belongs
 */
export function defineService<Value, const I extends Injections = Record<never, never>>(
  provides: Token<Value>,
  factory: (() => Value | Promise<Value>) | ServiceOptions<Value, I>,
): ServiceDefinition<Value> {
  checkDefinitions('A service provides', 'token', [provides])
  const options: ServiceOptions<Value, I> = typeof factory === 'function' ? { create: factory } : factory
  const what = `Service '${provides.name}'`
  checkOptions(what, options, serviceOptions)
  checkFunction(what, 'create', options.create)
  return definition('service', {
    name: provides.name,
    token: provides,
    inject: options.inject ?? {},
    scope: options.scope ?? 'singleton',
    create: (injected: Readonly<Record<string, unknown>>) => options.create(injected as Injected<I>), // the container resolves exactly these tokens
    close: options.close ?? (() => undefined),
  })
}
