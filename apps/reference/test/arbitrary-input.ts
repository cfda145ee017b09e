import fc from 'fast-check'

/** Few values of each kind, so that windows fill and limits are met to the cent. */
const id = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 500 }).map(String) },
  { weight: 2, arbitrary: fc.constantFrom('07', '007', ' 7 ', '999999999999989', '999999999999999') },
  { weight: 2, arbitrary: fc.constantFrom(7, -7, 0, -0, 15887, 7.0, 9007199254740881, 9007199254740991) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', 'x', '1.0', '-7', '1234567890123456', 1.5, 9007199254740992, null, true, [7]),
  },
)
const customerId = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('1', '2', '01') },
  { weight: 1, arbitrary: fc.constantFrom(1, ' 2', '', 'x', null, {}) },
)
const amount = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.constantFrom(
      '$4000',
      '$4000',
      '$0.01',
      '$1.00',
      '$1000.00',
      '$2500',
      '$4999.99',
      '$5000.00',
      '$5000.01',
      '$2500.01',
      '$9999.00',
      '$9999.01',
      '$4999.50',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom('USD1.00', 'USD$ 1.00', '$ USD1.00', ' 1 ', '0', '$0005.50', '90071992547409.91'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', '$', '-1', '1.005', '1,000', '90071992547409.92', 1, null, '1 USD', '$$1'),
  },
)
const time = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom('00:00:00Z', '23:59:59.999Z', '12:00:00+00:00', '02:00:00+14:00', '23:00:00-12:00'),
      )
      .map(([day, rest]) => `2000-01-${String(day).padStart(2, '0')}T${rest}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '0000-01-01T00:00:00Z',
      '1969-12-31T23:59:59.9999Z',
      '2000-01-03t00:00:00z',
      '9999-12-31T23:59:59-23:59',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '2000-01-01',
      '2000-02-30T00:00:00Z',
      '1998-12-31T23:59:60Z',
      '2000-01-01T24:00:00Z',
      0,
      null,
    ),
  },
)
const attempt = fc
  .record({ id, customer_id: customerId, load_amount: amount, time }, { requiredKeys: [] })
  .map((fields) => JSON.stringify(fields))
const whole = fc
  .record({ id, customer_id: customerId, load_amount: amount, time })
  .map((fields) => JSON.stringify(fields))
const odd = fc.constantFrom(
  '',
  ' \t',
  '\r',
  '{',
  'null',
  '[]',
  '7',
  '"{}"',
  '\u00a0',
  '{"id":"1","id":"2"}',
  '{"__proto__":{"id":"1"}}',
)
const line = fc.oneof(
  { weight: 30, arbitrary: whole },
  { weight: 2, arbitrary: attempt },
  { weight: 2, arbitrary: odd },
  { weight: 1, arbitrary: fc.json() },
)
const bytes = fc.oneof(
  { weight: 20, arbitrary: line.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array)) },
)
const end = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r\r\n')

/** Some lines stand twice: a replay, or a bad line that comes again. */
const repeated = fc
  .tuple(
    fc.array(fc.tuple(bytes, end), { maxLength: 100, size: 'max' }),
    fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 8 }),
  )
  .map(([lines, copies]) => {
    const all = [...lines]
    for (const [from, to] of copies)
      all.splice(to % (all.length + 1), 0, ...all.slice(from % (all.length + 1)).slice(0, 1))
    return all
  })

/** The bytes of a whole input: attempts, replays, conflicts, limits met and exceeded, bad lines and bad bytes. */
export const arbitraryInput: fc.Arbitrary<Buffer> = fc
  .tuple(fc.constantFrom('', '\ufeff'), repeated, fc.option(bytes))
  .map(([mark, lines, last]) =>
    Buffer.concat([
      Buffer.from(mark),
      ...lines.flatMap(([content, lineEnd]) => [content, Buffer.from(lineEnd)]),
      last ?? Buffer.alloc(0),
    ]),
  )
