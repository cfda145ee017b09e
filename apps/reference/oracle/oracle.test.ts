import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { isPrime } from './is-prime.mjs'
import type { Decision, Scenario, Windows } from './oracle.mjs'
import { decideAll, splitLines } from './oracle.mjs'

const maxLineBytes = 1_048_576
/** A Saturday. */
const saturday = '2000-01-01T12:00:00Z'
/** 4, 6, 8, … are not prime, so that no test about something else meets the rules about primes. */
const composite = '15888'

interface Fields {
  readonly id?: unknown
  readonly customer_id?: unknown
  readonly load_amount?: unknown
  readonly time?: unknown
}

function line(fields: Fields): string {
  return JSON.stringify({ id: composite, customer_id: '528', load_amount: '$1.00', time: saturday, ...fields })
}

/** A line with one field given as JSON text, for what JSON.stringify would not write. */
function rawLine(name: keyof Fields, json: string): string {
  return line({ [name]: '@' }).replace('"@"', json)
}

function decide(scenario: Scenario, lines: Iterable<string | Uint8Array>): Decision[] {
  return [...decideAll(lines, scenario)]
}

function reasons(scenario: Scenario, lines: Iterable<string | Uint8Array>): string[] {
  return decide(scenario, lines).map(({ reason }) => reason)
}

function answer(one: string | Uint8Array): string {
  return decide('baseline', [one])
    .map(({ reason, text }) => `${reason} ${text}`)
    .join('|')
}

function windowsOf(scenario: Scenario, lines: Iterable<string>): Windows {
  const decisions = decideAll(lines, scenario)
  let step = decisions.next()
  while (!step.done) step = decisions.next()
  return step.value
}

/** Attempts with even ids of their own, in the order given: [customer, amount, time]. */
function attempts(rows: readonly (readonly [string, string, string])[]): string[] {
  return rows.map(([customer_id, load_amount, time], index) =>
    line({ id: 1000 + 2 * index, customer_id, load_amount, time }),
  )
}

function framed(...chunks: (string | Buffer)[]): string[] {
  return [...splitLines(chunks.map((chunk) => Buffer.from(chunk)))].map(String)
}

function paddedTo(bytes: number): string {
  const start = `${line({}).slice(0, -1)},"note":"`
  return `${start}${'x'.repeat(bytes - start.length - 2)}"}`
}

/** Whether each number below the limit is prime, by the sieve of Eratosthenes. */
function sieveBelow(limit: number): boolean[] {
  const sieve = Array.from({ length: limit }, (_, n) => n > 1)
  for (let n = 2; n * n < limit; n += 1) for (let m = n * n; sieve[n] && m < limit; m += n) sieve[m] = false
  return sieve
}

describe('lines of the input', () => {
  it.each([
    ['LF', ['a\nb\n'], ['a', 'b']],
    ['a last line without line end', ['a\nb'], ['a', 'b']],
    ['CRLF', ['a\r\nb\r\n'], ['a', 'b']],
    ['a CR at the end of the input', ['a\nb\r'], ['a', 'b']],
    ['one CR only', ['a\r\r\nb'], ['a\r', 'b']],
    ['a CR inside', ['a\rb\n'], ['a\rb']],
    ['CR and LF in two chunks', ['a\r', '\nb'], ['a', 'b']],
    ['a line in many chunks', ['a', 'b', 'c\nd', 'e'], ['abc', 'de']],
    ['a byte-order mark', ['\ufeffa\n\ufeffb\n'], ['a', '\ufeffb']],
    ['a byte-order mark in pieces', [Buffer.from([0xef]), Buffer.from([0xbb]), Buffer.from([0xbf, 0x61])], ['a']],
    ['a byte-order mark alone', ['\ufeff'], ['']],
    ['part of a byte-order mark', [Buffer.from([0xef, 0xbb, 0x0a])], ['\ufffd']],
    ['empty lines', ['\n\na\n'], ['', '', 'a']],
    ['nothing', [], []],
  ])('reads %s', (_name, chunks, expected) => {
    expect(framed(...chunks)).toEqual(expected)
  })

  it('keeps no more of an over-long line than is needed to see that it is one', () => {
    const lengths = framed('x'.repeat(maxLineBytes), 'x'.repeat(maxLineBytes), '\r\nb\n').map(({ length }) => length)
    expect(lengths).toEqual([maxLineBytes + 8, 1])
  })

  it.each([
    ['after a byte-order mark, with CRLF', `\ufeff${paddedTo(maxLineBytes)}\r\n`, ['ACCEPTED']],
    ['without line end', paddedTo(maxLineBytes), ['ACCEPTED']],
    ['one byte more, CRLF', `${paddedTo(maxLineBytes + 1)}\r\n`, ['LINE_TOO_LONG']],
    ['one byte more, byte-order mark', `\ufeff${paddedTo(maxLineBytes + 1)}`, ['LINE_TOO_LONG']],
    ['one CR too many', `${paddedTo(maxLineBytes)}\r\r\n`, ['LINE_TOO_LONG']],
    ['far more, the last kept byte a CR', `${'x'.repeat(maxLineBytes + 7)}\rxxxx\n`, ['LINE_TOO_LONG']],
    ['only spaces', ' '.repeat(maxLineBytes + 1), ['LINE_TOO_LONG']],
    ['only spaces, as long as allowed', ' '.repeat(maxLineBytes), []],
  ])('counts 1,048,576 bytes for a line: %s', (_name, input, expected) => {
    expect(reasons('baseline', splitLines([Buffer.from(input)]))).toEqual(expected)
  })

  it('counts bytes, not characters', () => {
    expect(reasons('baseline', [`${line({}).slice(0, -1)},"n":"${'é'.repeat(maxLineBytes / 2)}"}`])).toEqual([
      'LINE_TOO_LONG',
    ])
  })

  it.each(['', ' ', '\t', '\r', ' \t \r ', '\n', '\r\n'])('skips the blank line %j', (blank) => {
    expect(reasons('baseline', [blank])).toEqual([])
  })

  it.each(['\u00a0', '\f', '\v', '\u2028', '\ufeff', '\0'])('does not take %j for blank', (text) => {
    expect(reasons('baseline', [text])).toEqual(['MALFORMED_JSON'])
  })

  it.each([
    ['a stray byte', [0xff]],
    ['a stray continuation', [0x80]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a cut-off sequence', [0xe2, 0x82]],
  ])('refuses %s as a whole, ids too', (_name, bytes) => {
    const bad = Buffer.concat([Buffer.from(`${line({}).slice(0, -1)},"n":"`), Buffer.from(bytes), Buffer.from('"}')])
    expect(answer(bad)).toBe('UTF8_INVALID {"id":"","customer_id":"","accepted":false}')
  })

  it('takes a written U+FFFD and characters beyond the first plane', () => {
    expect(reasons('baseline', [`${line({}).slice(0, -1)},"n":"\ufffd 🎉"}`])).toEqual(['ACCEPTED'])
  })
})

describe('JSON', () => {
  it.each([
    '{',
    '}',
    'x',
    "{'id':1}",
    '{"id":1,}',
    '{"id":07}',
    '{"id":1} {}',
    'NaN',
    '{"a":"\t"}',
    '\ufeff{}',
    `\u00a0${line({})}`,
  ])('answers %j as MALFORMED_JSON', (text) => {
    expect(answer(text)).toBe('MALFORMED_JSON {"id":"","customer_id":"","accepted":false}')
  })

  it.each(['null', 'true', '7', '"id"', '[]', `[${line({})}]`])('answers %j as NOT_AN_OBJECT', (text) => {
    expect(answer(text)).toBe('NOT_AN_OBJECT {"id":"","customer_id":"","accepted":false}')
  })

  it.each([
    ['white space', ` \t\r${line({})}\r `],
    ['other fields', `{"a":[[{}]],"n":null,${line({}).slice(1)}`],
    ['escaped names', line({}).replace('"id"', '"\\u0069d"').replace('"time"', '"t\\u0069me"')],
    ['a name twice, the last one right', `{"id":"x","load_amount":1,${line({}).slice(1)}`],
    ['a lone surrogate escape', `{"a":"\\ud800",${line({}).slice(1)}`],
    ['deep nesting', `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)},${line({}).slice(1)}`],
  ])('accepts %s', (_name, text) => {
    expect(answer(text)).toBe('ACCEPTED {"id":"15888","customer_id":"528","accepted":true}')
  })

  it.each([
    [
      'a name twice, the last one wrong',
      `${line({}).slice(0, -1)},"id":"x"}`,
      'ID_INVALID {"id":"","customer_id":"528"',
    ],
    ['fields of __proto__', `{"__proto__":${line({})}}`, 'ID_INVALID {"id":"","customer_id":""'],
    ['names in capitals', '{"ID":"2","Customer_Id":"3"}', 'ID_INVALID {"id":"","customer_id":""'],
    ['an empty object', '{}', 'ID_INVALID {"id":"","customer_id":""'],
  ])('refuses %s', (_name, text, expected) => {
    expect(answer(text)).toBe(`${expected},"accepted":false}`)
  })
})

describe('ids', () => {
  it.each([
    ['"15888"', '15888'],
    ['" 15888 "', '15888'],
    ['"\\t15888\\u00a0\\n\\ufeff"', '15888'],
    ['"0"', '0'],
    ['"007"', '007'],
    ['"999999999999999"', '999999999999999'],
    ['15888', '15888'],
    ['15888.0', '15888'],
    ['1.5888e4', '15888'],
    ['0', '0'],
    ['-0', '0'],
    ['-5', '-5'],
    ['9007199254740991', '9007199254740991'],
    ['-9007199254740991', '-9007199254740991'],
    ['9007199254740991.4', '9007199254740991'],
    ['0.99999999999999999999', '1'],
  ])('reads %s as %s', (json, expected) => {
    expect([answer(rawLine('id', json)), answer(rawLine('customer_id', json))]).toEqual([
      `ACCEPTED {"id":"${expected}","customer_id":"528","accepted":true}`,
      `ACCEPTED {"id":"15888","customer_id":"${expected}","accepted":true}`,
    ])
  })

  it.each([
    '""',
    '" "',
    '"x"',
    '"1 2"',
    '"-5"',
    '"+5"',
    '"1.0"',
    '"1e3"',
    '"1234567890123456"',
    '"٣"',
    '1.5',
    '9007199254740992',
    '9007199254740993',
    '-9007199254740992',
    '1e400',
    'null',
    'true',
    '["7"]',
    '{}',
  ])('refuses %s', (json) => {
    expect([answer(rawLine('id', json)), answer(rawLine('customer_id', json))]).toEqual([
      'ID_INVALID {"id":"","customer_id":"528","accepted":false}',
      'CUSTOMER_ID_INVALID {"id":"15888","customer_id":"","accepted":false}',
    ])
  })

  it.each([
    [{ id: 'x', customer_id: 'x', load_amount: 'x', time: 'x' }, 'ID_INVALID {"id":"","customer_id":""'],
    [{ id: 'x', load_amount: 'x', time: 'x', customer_id: ' 528 ' }, 'ID_INVALID {"id":"","customer_id":"528"'],
    [{ customer_id: 'x', load_amount: 'x', time: 'x' }, 'CUSTOMER_ID_INVALID {"id":"15888","customer_id":""'],
    [{ load_amount: 'x', time: 'x' }, 'AMOUNT_INVALID {"id":"15888","customer_id":"528"'],
    [{ id: 7, load_amount: 'x' }, 'AMOUNT_INVALID {"id":"7","customer_id":"528"'],
    [{ time: 'x' }, 'TIME_INVALID {"id":"15888","customer_id":"528"'],
  ])('gives the first fault and the ids there are: %j', (fields, expected) => {
    expect(answer(line(fields))).toBe(`${expected},"accepted":false}`)
  })
})

describe('load_amount', () => {
  it.each([
    ['$1.00', 100],
    ['USD1.00', 100],
    ['USD$ 1.00', 100],
    ['USD $1.00', 100],
    ['$USD1.00', 100],
    [' $ USD  1.00  ', 100],
    ['USD 1.00', 100],
    ['1.00', 100],
    [' 1 ', 100],
    ['$5', 500],
    ['$5.5', 550],
    ['$5.05', 505],
    ['$0005.00', 500],
    [`${'0'.repeat(100)}0.01`, 1],
    ['0', 0],
    ['$0.00', 0],
    ['5000.00', 500_000],
  ])('reads %j as %i cents', (load_amount, cents) => {
    expect(windowsOf('baseline', [line({ load_amount })]).customer_days[0]?.accepted_cents).toBe(cents)
  })

  it.each(['90071992547409.91', '0090071992547409.91', '9007199254740.9'])('reads %s, which is much', (load_amount) => {
    expect(reasons('baseline', [line({ load_amount })])).toEqual(['DAILY_AMOUNT'])
  })

  it.each([
    ...[
      '',
      ' ',
      '$',
      'USD',
      '.50',
      '5.',
      '5.000',
      '1,000.00',
      '1 000',
      '5e2',
      '+5',
      '-5',
      '-0.00',
      '$-5',
      '-$5',
      '$$5',
    ],
    ...[
      'USDUSD5',
      '$USD$5',
      'usd5',
      'US$5',
      '5 USD',
      '5$',
      '€5',
      '\t5',
      '5\n',
      '\u00a05',
      '٣',
      '0x10',
      'NaN',
      'Infinity',
    ],
    ...['90071992547409.92', '9007199254740992.00', '99999999999999999999', '1 .00', '1. 00', 'U SD1', '5.0 0'],
    ...[5, 5.25, 0, -1, null, true, ['$5.00'], { amount: '$5.00' }],
  ])('refuses %j', (load_amount) => {
    expect(reasons('baseline', [line({ load_amount })])).toEqual(['AMOUNT_INVALID'])
  })

  it('refuses a megabyte of spaces without trying every way to split it', () => {
    expect(reasons('baseline', [line({ load_amount: `USD${' '.repeat(1_000_000)}x` })])).toEqual(['AMOUNT_INVALID'])
  })
})

describe('time', () => {
  it.each([
    ['2000-01-01T00:00:00Z', '2000-01-01', '1999-12-27'],
    ['2000-01-01t00:00:00z', '2000-01-01', '1999-12-27'],
    ['2000-01-02T23:59:59.999Z', '2000-01-02', '1999-12-27'],
    ['2000-01-02T23:59:59.9999999Z', '2000-01-02', '1999-12-27'],
    ['2000-01-03T00:00:00.000Z', '2000-01-03', '2000-01-03'],
    ['2000-01-03T00:59:59+01:00', '2000-01-02', '1999-12-27'],
    ['2000-01-02T23:00:00-01:00', '2000-01-03', '2000-01-03'],
    ['2000-01-03T13:59:59+14:00', '2000-01-02', '1999-12-27'],
    ['2000-01-02T00:01:00-23:59', '2000-01-03', '2000-01-03'],
    ['2000-01-03T00:00:00-00:00', '2000-01-03', '2000-01-03'],
    ['2000-02-29T00:00:00Z', '2000-02-29', '2000-02-28'],
    ['1970-01-01T00:00:00Z', '1970-01-01', '1969-12-29'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31', '1969-12-29'],
    ['0000-02-29T00:00:00Z', '0000-02-29', '0000-02-28'],
    ['0099-12-31T00:00:00Z', '0099-12-31', '0099-12-28'],
    ['0000-01-01T00:00:00+00:01', '-000001-12-31', '-000001-12-27'],
    ['9999-12-31T23:59:59.999-23:59', '+010000-01-01', '9999-12-27'],
  ])('puts %s into the day %s and the week %s', (time, day, week) => {
    expect(windowsOf('baseline', [line({ time })])).toEqual({
      scenario: 'baseline',
      customer_days: [{ customer_id: '528', day, attempts: 1, accepted_cents: 100 }],
      customer_weeks: [{ customer_id: '528', week, accepted_cents: 100 }],
      prime_days: [],
    })
  })

  it.each([
    ...['', 'now', '2000-01-01', '2000-01-01T00:00:00', '2000-01-01 00:00:00Z', '2000-01-01T00:00Z'],
    ...['2000-01-01T24:00:00Z', '2000-01-01T23:60:00Z', '2000-01-01T23:59:60Z', '1998-12-31T23:59:60Z'],
    ...['2000-00-01T00:00:00Z', '2000-13-01T00:00:00Z', '2000-01-00T00:00:00Z', '2000-01-32T00:00:00Z'],
    ...['2000-04-31T00:00:00Z', '2001-02-29T00:00:00Z', '1900-02-29T00:00:00Z', '2000-02-30T00:00:00Z'],
    ...['2000-01-01T00:00:00.Z', '2000-01-01T00:00:00,5Z', '2000-01-01T00:00:00+0100', '2000-01-01T00:00:00+01'],
    ...['2000-01-01T00:00:00+24:00', '2000-01-01T00:00:00-01:60', '2000-01-01T00:00:00 Z', '20000101T000000Z'],
    ...[' 2000-01-01T00:00:00Z', '2000-01-01T00:00:00Z ', '2000-01-01T00:00:00Z\n', '+002000-01-01T00:00:00Z'],
    ...['2000-1-1T0:0:0Z', '2000-01-01T00:00:00ZZ', '2000-01-01T00:00:00Z+01:00', '٢٠٠٠-01-01T00:00:00Z'],
    ...[946684800000, null, [], {}],
  ])('refuses %j', (time) => {
    expect(reasons('baseline', [line({ time })])).toEqual(['TIME_INVALID'])
  })
})

describe('idempotency', () => {
  it.each([
    ['the same bytes', {}],
    ['another form of amount', { load_amount: ' USD$ 01 ' }],
    ['another zone', { time: '2000-01-02T02:00:00.000+14:00' }],
    ['digits below the millisecond', { time: '2000-01-01T12:00:00.0009Z' }],
    ['ids as numbers', { id: 15888, customer_id: 528 }],
    ['ids with spaces', { id: ' 15888', customer_id: '528\t' }],
  ])('takes %s for a replay', (_name, fields) => {
    expect(reasons('baseline', [line({}), line(fields)])).toEqual(['ACCEPTED', 'REPLAY'])
  })

  it.each([
    ['customer', { customer_id: '529' }],
    ['customer, in a zero', { customer_id: '0528' }],
    ['cent', { load_amount: '$1.01' }],
    ['millisecond', { time: '2000-01-01T12:00:00.001Z' }],
  ])('takes another %s for a conflict', (_name, fields) => {
    expect(reasons('baseline', [line({}), line(fields)])).toEqual(['ACCEPTED', 'CONFLICT'])
  })

  it('answers replay and conflict with the ids of their own line', () => {
    expect(decide('baseline', [line({}), line({ customer_id: 9 }), line({})]).map(({ text }) => text)).toEqual([
      '{"id":"15888","customer_id":"528","accepted":true}',
      '{"id":"15888","customer_id":"9","accepted":false}',
      '{"id":"15888","customer_id":"528","accepted":false}',
    ])
  })

  it('compares with the first attempt, never with a conflict', () => {
    const other = line({ load_amount: '$2.00' })
    expect(reasons('baseline', [line({}), other, other, line({})])).toEqual([
      'ACCEPTED',
      'CONFLICT',
      'CONFLICT',
      'REPLAY',
    ])
  })

  it('takes a declined attempt for canonical too', () => {
    const declined = line({ load_amount: '$5000.01' })
    expect(reasons('baseline', [declined, declined, line({})])).toEqual(['DAILY_AMOUNT', 'REPLAY', 'CONFLICT'])
  })

  it('leaves the id of a malformed line free', () => {
    expect(reasons('baseline', [line({ time: 'x' }), line({}), line({ time: 'x' }), line({})])).toEqual([
      'TIME_INVALID',
      'ACCEPTED',
      'TIME_INVALID',
      'REPLAY',
    ])
  })

  it('tells ids apart by their zeros', () => {
    expect(reasons('baseline', [line({ id: '8' }), line({ id: '08' }), line({ id: '008' }), line({ id: 8 })])).toEqual([
      'ACCEPTED',
      'ACCEPTED',
      'ACCEPTED',
      'REPLAY',
    ])
  })

  it('counts neither replays nor conflicts nor malformed lines as attempts', () => {
    const first = line({})
    const uncounted = [first, line({ load_amount: '$2.00' }), line({ id: 'x' }), line({ id: '2', time: 'x' })]
    const lines = [first, ...uncounted, line({ id: '4' }), line({ id: '6' }), line({ id: '8' })]
    expect(reasons('baseline', lines)).toEqual([
      'ACCEPTED',
      'REPLAY',
      'CONFLICT',
      'ID_INVALID',
      'TIME_INVALID',
      'ACCEPTED',
      'ACCEPTED',
      'DAILY_COUNT',
    ])
  })

  it('compares amounts as written, not doubled', () => {
    const monday = '2000-01-03T00:00:00Z'
    const lines = [line({ time: monday }), line({ time: monday, load_amount: '$2.00' }), line({ time: monday })]
    expect(reasons('experiment', lines)).toEqual(['ACCEPTED', 'CONFLICT', 'REPLAY'])
  })
})

describe('limits of a customer', () => {
  it('accepts three attempts a day and declines the fourth', () => {
    const lines = attempts([
      ['1', '$1', '2000-01-01T00:00:00Z'],
      ['1', '$1', '2000-01-01T00:00:01Z'],
      ['1', '$1', '2000-01-01T23:59:59.999Z'],
      ['1', '$1', '2000-01-01T00:00:02Z'],
      ['2', '$1', '2000-01-01T00:00:00Z'],
      ['01', '$1', '2000-01-01T00:00:00Z'],
      ['1', '$1', '2000-01-02T00:00:00Z'],
    ])
    expect(reasons('baseline', lines)).toEqual([
      'ACCEPTED',
      'ACCEPTED',
      'ACCEPTED',
      'DAILY_COUNT',
      'ACCEPTED',
      'ACCEPTED',
      'ACCEPTED',
    ])
  })

  it('counts declined attempts, and looks at the count first', () => {
    const lines = attempts([
      ['1', '$5000.01', saturday],
      ['1', '$5000.01', saturday],
      ['1', '$5000.01', saturday],
      ['1', '$5000.01', saturday],
    ])
    expect(reasons('baseline', lines)).toEqual(['DAILY_AMOUNT', 'DAILY_AMOUNT', 'DAILY_AMOUNT', 'DAILY_COUNT'])
  })

  it('accepts exactly 5,000.00 a day and declines a cent more', () => {
    const lines = attempts([
      ['1', '$4999.99', saturday],
      ['1', '$0.02', saturday],
      ['1', '$0.01', saturday],
      ['2', '$5000.00', saturday],
      ['2', '$0.00', saturday],
      ['2', '$0.01', saturday],
      ['3', '$5000.01', saturday],
    ])
    expect(reasons('baseline', lines)).toEqual([
      'ACCEPTED',
      'DAILY_AMOUNT',
      'ACCEPTED',
      'ACCEPTED',
      'ACCEPTED',
      'DAILY_AMOUNT',
      'DAILY_AMOUNT',
    ])
  })

  it('accepts exactly 20,000.00 a week, Monday to Sunday, and declines a cent more', () => {
    const lines = attempts([
      ['1', '$5000', '2000-01-02T23:59:59.999Z'],
      ['1', '$5000', '2000-01-03T00:00:00Z'],
      ['1', '$5000', '2000-01-04T00:00:00Z'],
      ['1', '$5000', '2000-01-05T00:00:00Z'],
      ['1', '$4999.99', '2000-01-06T00:00:00Z'],
      ['1', '$0.02', '2000-01-07T00:00:00Z'],
      ['1', '$5000.01', '2000-01-07T00:00:00Z'],
      ['1', '$0.01', '2000-01-07T00:00:00Z'],
      ['1', '$0.01', '2000-01-09T23:59:59.999Z'],
      ['1', '$5000', '2000-01-10T00:00:00Z'],
      ['1', '$5000', '2000-01-01T00:00:00Z'],
    ])
    expect(reasons('baseline', lines)).toEqual([
      ...['ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'ACCEPTED'],
      ...['WEEKLY_AMOUNT', 'DAILY_AMOUNT', 'ACCEPTED', 'WEEKLY_AMOUNT', 'ACCEPTED', 'ACCEPTED'],
    ])
  })
})

describe('the experiment', () => {
  const monday = '2000-01-03T12:00:00Z'
  const tuesday = '2000-01-04T12:00:00Z'

  it('doubles Mondays, in UTC', () => {
    const lines = attempts([
      ['1', '$2500.00', monday],
      ['2', '$2500.01', monday],
      ['3', '$2500.01', '2000-01-03T00:59:59+01:00'],
      ['4', '$2500.01', '2000-01-02T23:00:00-01:00'],
      ['5', '$2500.01', tuesday],
    ])
    expect([reasons('experiment', lines), reasons('baseline', lines)]).toEqual([
      ['ACCEPTED', 'DAILY_AMOUNT', 'ACCEPTED', 'DAILY_AMOUNT', 'ACCEPTED'],
      ['ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'ACCEPTED'],
    ])
  })

  it('adds the doubled amount to the day and to the week', () => {
    expect(
      windowsOf(
        'experiment',
        attempts([
          ['1', '$1000.00', monday],
          ['1', '$1.00', tuesday],
        ]),
      ),
    ).toEqual({
      scenario: 'experiment',
      customer_days: [
        { customer_id: '1', day: '2000-01-03', attempts: 1, accepted_cents: 200_000 },
        { customer_id: '1', day: '2000-01-04', attempts: 1, accepted_cents: 100 },
      ],
      customer_weeks: [{ customer_id: '1', week: '2000-01-03', accepted_cents: 200_100 }],
      prime_days: [],
    })
  })

  it('declines a prime id over 9,999.00, and lets exactly 9,999.00 come to the daily limit', () => {
    const lines = [
      line({ id: '2', customer_id: '1', load_amount: '$9999.01' }),
      line({ id: '3', customer_id: '2', load_amount: '$9999.00' }),
      line({ id: '4', customer_id: '3', load_amount: '$9999.01' }),
      line({ id: '5', customer_id: '4', load_amount: '$4999.51', time: monday }),
      line({ id: '7', customer_id: '5', load_amount: '$4999.50', time: monday }),
      line({ id: '11', customer_id: '6', load_amount: '$90071992547409.91', time: monday }),
    ]
    expect([reasons('experiment', lines), reasons('baseline', lines)]).toEqual([
      ['PRIME_AMOUNT', 'DAILY_AMOUNT', 'DAILY_AMOUNT', 'PRIME_AMOUNT', 'DAILY_AMOUNT', 'PRIME_AMOUNT'],
      ['DAILY_AMOUNT', 'DAILY_AMOUNT', 'DAILY_AMOUNT', 'ACCEPTED', 'ACCEPTED', 'DAILY_AMOUNT'],
    ])
  })

  it('accepts one prime load a day over all customers; declined ones use nothing up', () => {
    const lines = [
      line({ id: '2', customer_id: '1', load_amount: '$5000.01' }),
      line({ id: '3', customer_id: '2', load_amount: '$0.00' }),
      line({ id: '5', customer_id: '3' }),
      line({ id: '7', customer_id: '4', load_amount: '$9999.01' }),
      line({ id: '11', customer_id: '4', load_amount: '$9999.00' }),
      line({ id: '4', customer_id: '5' }),
      line({ id: '13', customer_id: '3', time: monday }),
    ]
    expect(reasons('experiment', lines)).toEqual([
      ...['DAILY_AMOUNT', 'ACCEPTED', 'PRIME_QUOTA', 'PRIME_AMOUNT', 'PRIME_QUOTA', 'ACCEPTED', 'ACCEPTED'],
    ])
    expect(windowsOf('experiment', lines).prime_days).toEqual([
      { day: '2000-01-01', accepted: 1 },
      { day: '2000-01-03', accepted: 1 },
    ])
  })

  it('looks at the count before the rules about primes, and still counts what they decline', () => {
    const ids = ['2', '3', '5', '7', '4']
    const lines = ids.map((id) => line({ id, load_amount: '$9999.01' }))
    expect(reasons('experiment', lines)).toEqual([
      'PRIME_AMOUNT',
      'PRIME_AMOUNT',
      'PRIME_AMOUNT',
      'DAILY_COUNT',
      'DAILY_COUNT',
    ])
  })

  it.each([
    ['"007", a prime as a number', ['"7"', '"007"'], ['ACCEPTED', 'PRIME_QUOTA']],
    ['the number 7', ['"3"', '7'], ['ACCEPTED', 'PRIME_QUOTA']],
    ['"1" and "0", which are none', ['"3"', '"1"', '"0"'], ['ACCEPTED', 'ACCEPTED', 'ACCEPTED']],
    ['-7, which is none', ['"3"', '-7'], ['ACCEPTED', 'ACCEPTED']],
    ['the greatest id of 15 digits that is prime', ['"3"', '"999999999999989"'], ['ACCEPTED', 'PRIME_QUOTA']],
    ['the greatest prime below 2^53', ['"3"', '9007199254740881'], ['ACCEPTED', 'PRIME_QUOTA']],
    ['a strong pseudoprime to seven bases', ['"3"', '"341550071728321"'], ['ACCEPTED', 'ACCEPTED']],
  ])('judges %s', (_name, ids, expected) => {
    const lines = ids.map((id, index) => rawLine('id', id).replace('"528"', String(index)))
    expect(reasons('experiment', lines)).toEqual(expected)
  })
})

describe('isPrime', () => {
  it('agrees with a sieve below 100,000', () => {
    const sieve = sieveBelow(100_000)
    expect(sieve.map((_, n) => isPrime(BigInt(n)))).toEqual(sieve)
  })

  it.each([2047, 1373653, 25326001, 3215031751, 2152302898747, 3474749660383, 341550071728321, 561, 1105, 4294967297])(
    'is not fooled by %i',
    (n) => {
      expect(isPrime(BigInt(n))).toBe(false)
    },
  )

  it.each([2147483647, 999999999989, 999999999999989, 9007199254740881])('knows %i', (n) => {
    expect(isPrime(BigInt(n))).toBe(true)
  })
})

describe('windows', () => {
  it('sorts by customer as text, then by date, and lists weeks of accepted loads only', () => {
    const lines = attempts([
      ['9', '$1', '2000-01-10T00:00:00Z'],
      ['10', '$5000.01', saturday],
      ['9', '$1', saturday],
      ['9', '$0', '2000-01-17T00:00:00Z'],
    ])
    expect(windowsOf('baseline', lines)).toEqual({
      scenario: 'baseline',
      customer_days: [
        { customer_id: '10', day: '2000-01-01', attempts: 1, accepted_cents: 0 },
        { customer_id: '9', day: '2000-01-01', attempts: 1, accepted_cents: 100 },
        { customer_id: '9', day: '2000-01-10', attempts: 1, accepted_cents: 100 },
        { customer_id: '9', day: '2000-01-17', attempts: 1, accepted_cents: 0 },
      ],
      customer_weeks: [
        { customer_id: '9', week: '1999-12-27', accepted_cents: 100 },
        { customer_id: '9', week: '2000-01-10', accepted_cents: 100 },
        { customer_id: '9', week: '2000-01-17', accepted_cents: 0 },
      ],
      prime_days: [],
    })
  })
})

describe('oracle.mjs', () => {
  const program = fileURLToPath(new URL('oracle.mjs', import.meta.url))
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'oracle-'))
  })
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  it('writes answers, reasons and windows', () => {
    const file = (name: string): string => join(folder, name)
    writeFileSync(file('in'), `\ufeff${line({ id: '3' })}\r\n\n \n[]\n${line({ id: '5', customer_id: 2 })}`)
    const outputs = ['--output', file('out'), '--reasons', file('reasons'), '--windows', file('windows')]
    execFileSync(process.execPath, [program, '--scenario', 'experiment', '--input', file('in'), ...outputs])
    expect(readFileSync(file('out'), 'utf8')).toBe(
      '{"id":"3","customer_id":"528","accepted":true}\n' +
        '{"id":"","customer_id":"","accepted":false}\n' +
        '{"id":"5","customer_id":"2","accepted":false}\n',
    )
    expect(readFileSync(file('reasons'), 'utf8')).toBe('ACCEPTED\nNOT_AN_OBJECT\nPRIME_QUOTA\n')
    expect(JSON.parse(readFileSync(file('windows'), 'utf8'))).toEqual({
      scenario: 'experiment',
      customer_days: [
        { customer_id: '2', day: '2000-01-01', attempts: 1, accepted_cents: 0 },
        { customer_id: '528', day: '2000-01-01', attempts: 1, accepted_cents: 100 },
      ],
      customer_weeks: [{ customer_id: '528', week: '1999-12-27', accepted_cents: 100 }],
      prime_days: [{ day: '2000-01-01', accepted: 1 }],
    })
  })

  it('reads standard input and writes standard output', () => {
    const args = [program, '--scenario', 'baseline', '--input', '-', '--output', '-']
    expect(execFileSync(process.execPath, args, { input: line({}) }).toString()).toBe(
      '{"id":"15888","customer_id":"528","accepted":true}\n',
    )
  })

  it('answers nothing with nothing', () => {
    const args = [program, '--scenario', 'baseline', '--input', '-', '--output', '-']
    expect(execFileSync(process.execPath, args, { input: '' }).toString()).toBe('')
  })

  it.each([
    [['--input', '-', '--output', '-'], '--scenario is baseline or experiment'],
    [['--scenario', 'other', '--input', '-', '--output', '-'], '--scenario is baseline or experiment'],
    [['--scenario', 'baseline', '--input', '-'], '--input and --output are required'],
  ])('refuses %j with exit code 2', (args, message) => {
    const { status, stderr } = spawnSync(process.execPath, [program, ...args])
    expect([status, stderr.toString().split('\n')[0]]).toEqual([2, message])
  })
})
