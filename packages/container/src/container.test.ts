import { describe, expect, it } from '@jest/globals'
import { createEventEmitter, defineService, MillraceError, type MillraceEvent, token } from '@millrace/contracts'
import { createContainer } from './create-container.js'

const Config = token<{ url: string }>('shop.config')
const Db = token<{ url: string }>('shop.db')
const Rates = token<{ db: unknown }>('shop.rates')
const Prices = token<{ rates: unknown }>('shop.prices')
const Session = token<{ id: number; rates: unknown }>('shop.session')
const Cart = token<{ session: unknown }>('shop.cart')

/** Three services that need each other in a line and write down what happens to them. */
function line(log: string[] = []) {
  const note = (what: string) => void log.push(what)
  return {
    prices: defineService(Prices, {
      inject: { rates: Rates },
      create: ({ rates }) => {
        note('make prices')
        return { rates }
      },
      close: () => note('close prices'),
    }),
    rates: defineService(Rates, {
      inject: { db: Db },
      create: async ({ db }) => {
        note('make rates')
        return { db }
      },
      close: async () => note('close rates'),
    }),
    db: defineService(Db, {
      create: () => {
        note('make db')
        return { url: 'memory:' }
      },
      close: () => note('close db'),
    }),
  }
}

const all = (services: ReturnType<typeof line>) => Object.values(services)

function scoped(log: string[] = []) {
  let count = 0
  return [
    defineService(Session, {
      scope: 'scoped',
      inject: { rates: Rates },
      create: ({ rates }) => ({ id: ++count, rates }),
      close: ({ id }) => void log.push(`close session ${id}`),
    }),
    defineService(Cart, {
      scope: 'scoped',
      inject: { session: Session },
      create: ({ session }) => ({ session }),
      close: () => void log.push('close cart'),
    }),
  ]
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

describe('findings', () => {
  it('DI-01 everything that is wrong comes at once, each with its path, and nothing is made', () => {
    const log: string[] = []
    const { prices } = line(log)
    const container = createContainer([
      defineService(Rates, { inject: { db: Db, prices: token('shop.price') }, create: () => ({ db: 0 }) }),
      defineService(Db, { inject: { rates: Rates }, create: () => ({ url: '' }) }),
      defineService(Db, () => ({ url: 'other' })),
      prices,
    ])
    expect(container.findings()).toEqual([
      {
        code: 'DI_DUPLICATE',
        message: '2 services provide shop.db (shop.prices → shop.rates → shop.db); keep one of them',
      },
      {
        code: 'DI_CYCLE',
        message:
          'services need each other in a circle: shop.rates → shop.db → shop.rates; take one of these injections out',
      },
      {
        code: 'DI_MISSING',
        message:
          'shop.rates needs shop.price, which nothing provides: shop.prices → shop.rates → shop.price (did you mean shop.prices?); define a service for it or bind it',
      },
    ])
    expect(log).toEqual([])
  })

  it('DI-01 a service that needs itself is a circle of one', () => {
    const container = createContainer([defineService(Db, { inject: { db: Db }, create: ({ db }) => db })])
    expect(container.findings().map(({ message }) => message)).toEqual([
      'services need each other in a circle: shop.db → shop.db; take one of these injections out',
    ])
  })

  it('DI-01 a singleton cannot need what exists only in a scope', () => {
    const container = createContainer([
      ...all(line()),
      ...scoped(),
      defineService(Config, { inject: { cart: Cart }, create: () => ({ url: '' }) }),
    ])
    expect(container.findings().map(({ message }) => message)).toEqual([
      'shop.config needs shop.cart, which is made once per scope and does not exist outside one: shop.config → shop.cart; take it from a scope, or make it a singleton',
    ])
  })

  it('DI-01 what a node injects is checked by its name', () => {
    const container = createContainer(all(line()))
    expect(container.missing({ rates: Rates, config: Config }, 'price')).toEqual([
      {
        code: 'DI_MISSING',
        message:
          'price needs shop.config, which nothing provides: price → shop.config; define a service for it or bind it',
      },
    ])
    container.bind(Config, { url: '' })
    expect(container.missing({ config: Config }, 'price')).toEqual([])
  })

  it('the same definition found twice is one service', () => {
    const services = all(line())
    expect(createContainer([...services, ...services]).findings()).toEqual([])
  })

  it('a value that is bound later is no finding, but cannot be had before', async () => {
    const container = createContainer(
      [defineService(Db, { inject: { config: Config }, create: ({ config }) => config })],
      { boundLater: [Config] },
    )
    expect(container.findings()).toEqual([])
    await expect(container.resolve(Db)).rejects.toThrow(
      'DI_MISSING: shop.db needs shop.config, which nothing provides: shop.db → shop.config; define a service for it or bind it',
    )
    container.bind(Config, { url: 'x' })
    expect(await container.resolve(Db)).toEqual({ url: 'x' })
  })
})

describe('resolve and get', () => {
  it('makes what is needed first, and each service once under concurrent callers', async () => {
    const log: string[] = []
    const container = createContainer(all(line(log)))
    const [prices, rates, again] = await Promise.all([
      container.resolve(Prices),
      container.resolve(Rates),
      container.resolve(Prices),
    ])
    expect(again).toBe(prices)
    expect(prices.rates).toBe(rates)
    expect(log).toEqual(['make db', 'make rates', 'make prices'])
  })

  it('get gives what is made or bound, and says what to do about the rest', async () => {
    const container = createContainer(all(line()))
    container.bind(Config, { url: 'bound' })
    expect(container.get(Config)).toEqual({ url: 'bound' })
    expect(() => container.get(Db)).toThrow(
      new TypeError('shop.db is not made yet; call start() or resolve() before get()'),
    )
    const made = await container.resolve(Db)
    expect(container.get(Db)).toBe(made)
    expect(() => container.get(Session)).toThrow(
      'DI_MISSING: shop.session was asked for, which nothing provides: shop.session; define a service for it or bind it',
    )
  })

  it('a token has one provider', () => {
    const container = createContainer(all(line()))
    container.bind(Config, { url: '' })
    const message = (name: string) => `DI_DUPLICATE: ${name} has a service or a value already; keep one of them`
    expect(() => container.bind(Db, { url: '' })).toThrow(message('shop.db'))
    expect(() => container.bind(Config, { url: '' })).toThrow(message('shop.config'))
    expect(() => container.scope().bind(Config, { url: '' })).toThrow(message('shop.config'))
  })

  it('a failed creation closes what was made for it and the next call tries again', async () => {
    const log: string[] = []
    const { rates, db } = line(log)
    const attempts = [() => Promise.reject(new Error('secret of the factory')), () => ({ rates: 'at last' })]
    const prices = defineService(Prices, {
      inject: { rates: Rates },
      create: () => attempts.shift()?.() ?? { rates: 'never' },
    })
    const container = createContainer([prices, rates, db])
    const error = await failure(container.resolve(Prices))
    expect(error).toBeInstanceOf(MillraceError)
    expect(error).toMatchObject({
      code: 'BOOT_START_FAILED',
      message: 'BOOT_START_FAILED: service shop.prices could not be made: its factory threw, see the cause',
      facts: { service: 'shop.prices' },
      cause: new Error('secret of the factory'),
    })
    expect(log).toEqual(['make db', 'make rates', 'close rates', 'close db'])
    expect(await container.resolve(Prices)).toEqual({ rates: 'at last' })
    expect(log.slice(4)).toEqual(['make db', 'make rates'])
  })

  it('a failed creation takes nothing from others', async () => {
    const log: string[] = []
    const { rates, db } = line(log)
    const container = createContainer([
      rates,
      db,
      defineService(Prices, {
        inject: { db: Db, rates: Rates },
        create: () => {
          throw new Error('no')
        },
      }),
    ])
    container.bind(Config, { url: '' })
    const [kept, error] = await Promise.all([container.resolve(Db), failure(container.resolve(Prices))])
    expect(error).toMatchObject({ code: 'BOOT_START_FAILED' })
    expect(log).toEqual(['make db', 'make rates', 'close rates'])
    expect(container.get(Db)).toBe(kept)
  })

  it('a MillraceError of a factory is passed on as it is', async () => {
    const down = new MillraceError('BACKEND_UNAVAILABLE', 'the database does not answer; start it')
    const container = createContainer([
      defineService(Db, () => {
        throw down
      }),
    ])
    await expect(container.resolve(Db)).rejects.toBe(down)
  })

  it('a factory that takes too long is named, and what it makes in the end is closed', async () => {
    let finish: (value: { url: string }) => void = () => undefined
    let sayClosed: (url: string) => void = () => undefined
    const closed = new Promise<string>((resolve) => {
      sayClosed = resolve
    })
    const slow = defineService(Db, {
      create: () =>
        new Promise<{ url: string }>((made) => {
          finish = made
        }),
      close: ({ url }) => sayClosed(url),
    })
    const container = createContainer([slow], { createTimeoutMs: 5 })
    await expect(container.resolve(Db)).rejects.toThrow(
      'BOOT_NOT_READY: service shop.db was not made within 5 ms; see what its factory waits for, or raise createTimeoutMs',
    )
    finish({ url: 'late' })
    expect(await closed).toBe('late')
  })
})

describe('start', () => {
  it('makes every singleton, each after what it needs', async () => {
    const log: string[] = []
    const container = createContainer([...all(line(log)), ...scoped(log)])
    await container.start()
    expect(log).toEqual(['make db', 'make rates', 'make prices'])
    await container.start()
    expect(log).toHaveLength(3)
  })

  it('refuses with all findings in one error, made nothing', async () => {
    const log: string[] = []
    const { prices, rates } = line(log)
    const container = createContainer([
      prices,
      rates,
      defineService(Config, { inject: { config: Config }, create: ({ config }) => config }),
    ])
    const error = await failure(container.start())
    expect(error).toMatchObject({ code: 'DI_MISSING' })
    expect(String(error).split('\n')).toEqual([
      'MillraceError: DI_MISSING: the container has 2 problems',
      '  DI_MISSING: shop.rates needs shop.db, which nothing provides: shop.prices → shop.rates → shop.db; define a service for it or bind it',
      '  DI_CYCLE: services need each other in a circle: shop.config → shop.config; take one of these injections out',
    ])
    expect(log).toEqual([])
  })

  it('that fails half-way leaves nothing', async () => {
    const log: string[] = []
    const events: MillraceEvent[] = []
    const emitter = createEventEmitter()
    emitter.subscribe((event) => events.push(event))
    const container = createContainer(
      [
        ...all(line(log)),
        defineService(Config, {
          create: () => ({ url: '' }),
          close: () => {
            throw new Error('cannot close either')
          },
        }),
        defineService(Session, () => {
          throw new Error('no')
        }),
      ],
      { events: emitter },
    )
    await expect(container.start()).rejects.toThrow('BOOT_START_FAILED: service shop.session')
    expect(log.slice(3)).toEqual(['close prices', 'close rates', 'close db'])
    expect(events).toMatchObject([{ name: 'service.close_failed', facts: { service: 'shop.config', cause: 'threw' } }])
  })
})

describe('scope', () => {
  it('DI-01 scopes have services of their own, share singletons and close in the reverse order', async () => {
    const log: string[] = []
    const container = createContainer([...all(line(log)), ...scoped(log)])
    const first = container.scope()
    const second = container.scope()
    const cart = await first.resolve(Cart)
    await second.start()
    expect(second.get(Session)).not.toBe(first.get(Session))
    expect(cart.session).toBe(first.get(Session))
    expect(first.get(Session).rates).toBe(container.get(Rates))
    log.length = 0
    await container.close()
    expect(log).toEqual(['close cart', 'close session 2', 'close cart', 'close session 1', 'close rates', 'close db'])
    await expect(first.resolve(Cart)).rejects.toThrow('DI_CLOSED: the scope is closed')
  })

  it('a scope that closes leaves the singletons alone', async () => {
    const log: string[] = []
    const container = createContainer([...all(line(log)), ...scoped(log)])
    const scope = container.scope()
    await scope.resolve(Cart)
    log.length = 0
    await scope.close()
    expect(log).toEqual(['close cart', 'close session 1'])
    expect(container.get(Rates)).toEqual({ db: { url: 'memory:' } })
  })

  it('the container itself has no scoped services', async () => {
    const container = createContainer([...all(line()), ...scoped()])
    await expect(container.resolve(Session)).rejects.toThrow(
      'DI_MISSING: shop.session was asked for, which is made once per scope and does not exist outside one: shop.session; take it from a scope, or make it a singleton',
    )
  })

  it('a value bound in a scope is seen by its services alone', async () => {
    const services = [
      defineService(Session, {
        scope: 'scoped',
        inject: { config: Config },
        create: ({ config }) => ({ id: config.url.length, rates: undefined }),
      }),
      defineService(Db, { inject: { config: Config }, create: ({ config }) => config }),
    ]
    const scope = createContainer(services).scope()
    scope.bind(Config, { url: 'abc' })
    expect(await scope.resolve(Session)).toEqual({ id: 3, rates: undefined })
    await expect(scope.resolve(Db)).rejects.toThrow('DI_MISSING: shop.db needs shop.config')
  })
})

describe('close', () => {
  it('DI-01 closes in the reverse order of creation; afterwards every use is DI_CLOSED', async () => {
    const log: string[] = []
    const container = createContainer(all(line(log)))
    await container.resolve(Rates)
    await container.start()
    log.length = 0
    const ended = container.close()
    expect(container.close()).toBe(ended)
    await ended
    expect(log).toEqual(['close prices', 'close rates', 'close db'])
    const message = 'DI_CLOSED: the container is closed and gives nothing more; take what you need before that'
    expect(() => container.get(Db)).toThrow(message)
    expect(() => container.bind(Config, { url: '' })).toThrow(message)
    expect(() => container.scope()).toThrow(message)
    expect(() => container.findings()).toThrow(message)
    expect(() => container.missing({}, 'price')).toThrow(message)
    await expect(container.resolve(Db)).rejects.toThrow(message)
    await expect(container.start()).rejects.toThrow(message)
  })

  it('tries every service; the first failure is thrown, the others are events', async () => {
    const events: MillraceEvent[] = []
    const emitter = createEventEmitter()
    emitter.subscribe((event) => events.push(event))
    const log: string[] = []
    const breaks = (name: string) => ({
      close: () => {
        log.push(name)
        throw new Error(`secret of ${name}`)
      },
    })
    const container = createContainer(
      [
        defineService(Db, { create: () => ({ url: '' }), ...breaks('db') }),
        defineService(Config, { create: () => ({ url: '' }), close: () => new Promise<void>(() => undefined) }),
        defineService(Rates, { create: () => ({ db: 0 }), ...breaks('rates') }),
        defineService(Prices, { create: () => ({ rates: 0 }), close: () => void log.push('prices') }),
      ],
      { events: emitter, closeTimeoutMs: 5 },
    )
    await container.start()
    const error = await failure(container.close())
    expect(error).toMatchObject({
      message: 'service shop.rates could not be closed: its close function threw, see the cause',
      cause: new Error('secret of rates'),
    })
    expect(log).toEqual(['prices', 'rates', 'db'])
    expect(events.map(({ name, facts }) => ({ name, facts }))).toEqual([
      { name: 'service.close_failed', facts: { service: 'shop.config', cause: 'timeout' } },
      { name: 'service.close_failed', facts: { service: 'shop.db', cause: 'threw' } },
    ])
  })

  it('a service that hangs is given up after its budget and named', async () => {
    const container = createContainer(
      [defineService(Db, { create: () => ({ url: '' }), close: () => new Promise<void>(() => undefined) })],
      { closeTimeoutMs: 5 },
    )
    await container.start()
    await expect(container.close()).rejects.toThrow(
      'BOOT_STOP_TIMEOUT: service shop.db was not closed within 5 ms; see what its close function waits for, or raise closeTimeoutMs',
    )
  })

  it('waits for what is being made, closes it and makes nothing more', async () => {
    const log: string[] = []
    let finish: () => void = () => undefined
    const { prices, rates } = line(log)
    const container = createContainer([
      prices,
      rates,
      defineService(Db, {
        create: () =>
          new Promise<{ url: string }>((made) => {
            finish = () => made({ url: '' })
          }),
        close: () => void log.push('close db'),
      }),
    ])
    const starting = failure(container.start())
    const resolving = failure(container.resolve(Db))
    await new Promise(setImmediate)
    const ended = container.close()
    finish()
    await ended
    expect(log).toEqual(['close db'])
    expect(await starting).toMatchObject({ code: 'DI_CLOSED' })
    expect(await resolving).toMatchObject({ code: 'DI_CLOSED' })
  })
})

describe('options', () => {
  it.each([0, -1, Number.NaN, 2 ** 31])('refuses a budget of %p ms', (closeTimeoutMs) => {
    expect(() => createContainer([], { closeTimeoutMs })).toThrow(RangeError)
  })
})
