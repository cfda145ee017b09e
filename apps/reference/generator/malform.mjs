// @ts-check
import { amountText, timeText } from './write-line.mjs'

/** @import { Attempt } from './attempts.mjs' */
/** @import { Random } from './random.mjs' */
/** @typedef {{ id: string, customer: string, amount: string, time: string }} Fields each as JSON text */

const ids = [
  ...['""', '" "', '"x"', '"12a"', '"1 2"', '"-5"', '"+5"', '"1.0"', '"1e3"', '"1234567890123456"', '"٣"', '"0x10"'],
  ...['1.5', '9007199254740993', '-9007199254740993', '1e400', 'null', 'true', '[]', '["7"]', '{}', '{"id":"7"}'],
]
const amounts = [
  ...['""', '"$"', '"USD"', '" "', '".50"', '"5."', '"$1.000"', '"1,000.00"', '"1 000"', '"5e2"', '"+5.00"'],
  ...['"-5.00"', '"$-5.00"', '"-0.00"', '"$$5.00"', '"USDUSD5"', '"usd5.00"', '"Usd 5"', '"5 USD"', '"5$"', '"€5.00"'],
  ...['"$5.00\\t"', '"\\u00a05.00"', '"$٣.00"', '"NaN"', '"Infinity"', '"0x10"', '"90071992547409.92"'],
  ...['"99999999999999999999.00"', '5', '5.25', '-1', 'null', 'false', '["$5.00"]', '{"amount":"$5.00"}'],
]
const times = [
  ...['""', '"now"', '"2000-01-01"', '"2000-01-01T00:00:00"', '"2000-01-01 00:00:00Z"', '"2000-01-01T00:00Z"'],
  ...['"2000-01-01T24:00:00Z"', '"2000-01-01T23:60:00Z"', '"1998-12-31T23:59:60Z"', '"2000-13-01T00:00:00Z"'],
  ...['"2000-00-01T00:00:00Z"', '"2000-01-00T00:00:00Z"', '"2001-02-29T00:00:00Z"', '"1900-02-29T00:00:00Z"'],
  ...['"2000-04-31T00:00:00Z"', '"2000-01-01T00:00:00.Z"', '"2000-01-01T00:00:00,5Z"', '"2000-01-01T00:00:00+0100"'],
  ...['"2000-01-01T00:00:00+01"', '"2000-01-01T00:00:00+24:00"', '"2000-01-01T00:00:00+01:60"', '"20000101T000000Z"'],
  ...['" 2000-01-01T00:00:00Z"', '"2000-01-01T00:00:00Z "', '"+002000-01-01T00:00:00Z"', '"2000-1-1T0:0:0Z"'],
  ...['"Sat, 01 Jan 2000 00:00:00 GMT"', '"2000-W01-1T00:00:00Z"', '946684800000', 'null', '[]', '{}'],
]
const notObjects = ['null', 'true', '0', '-1.5', '"a string"', '[]', '[{"id":"7","customer_id":"8"}]', '  "id"  ']
const notJson = [
  ...[
    '{',
    '}',
    '[',
    'nonsense',
    'NaN',
    'undefined',
    "{'id':'7'}",
    '{"id":"7",}',
    '{"id":07}',
    '{"id":"7"} {}',
    '\ufeff{}',
  ],
  ...[
    '# id,customer_id',
    'id,customer_id,load_amount,time',
    '{"id":"7"}//',
    '{"id":"\t"}',
    '\u00a0',
    '\f',
    '\0',
    '{"id"}',
  ],
]
/** Bytes that are not UTF-8: alone, overlong, a surrogate, above U+10FFFF, cut off. */
const badBytes = [[0xff], [0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0xc3]]

/** The sorts of fault, a likelier one more often. @type {((fields: Fields, random: Random) => string | Buffer)[]} */
const faults = [
  (fields, random) => text({ ...fields, id: random.pick(ids) }),
  (fields, random) => text({ ...fields, customer: random.pick(ids) }),
  (fields, random) => text({ ...fields, amount: random.pick(amounts) }),
  (fields, random) => text({ ...fields, amount: random.pick(amounts) }),
  (fields, random) => text({ ...fields, time: random.pick(times) }),
  (fields, random) => text({ ...fields, time: random.pick(times) }),
  (_fields, random) =>
    text({ id: random.pick(ids), customer: random.pick(ids), amount: '5', time: random.pick(times) }),
  (fields, random) => random.pick(missingField)(fields),
  (fields) => `${text(fields).slice(0, -1)},"time":"late"}`,
  (fields, random) => text(fields).slice(0, random.below(text(fields).length - 1) + 1),
  (_fields, random) => random.pick(notJson),
  (_fields, random) => random.pick(notObjects),
  (fields, random) => withBadBytes(text(fields), random),
]

/** @type {((fields: Fields) => string)[]} */
const missingField = [
  ({ customer, amount, time }) => `{"customer_id":${customer},"load_amount":${amount},"time":${time}}`,
  ({ id, amount, time }) => `{"id":${id},"load_amount":${amount},"time":${time}}`,
  ({ id, customer, time }) => `{"id":${id},"customer_id":${customer},"time":${time}}`,
  ({ id, customer, amount }) => `{"id":${id},"customer_id":${customer},"load_amount":${amount}}`,
  ({ id }) => `{"ID":${id}}`,
  (fields) => `{"__proto__":${text(fields)}}`,
  () => '{}',
]

/**
 * A line with a fault in it that otherwise says what the attempt says.
 *
 * @param {Attempt} attempt
 * @param {Random} random
 */
export function malform({ id, customerId, cents, instantMs }, random) {
  const amount = `"${amountText(cents, random)}"`
  const time = `"${timeText(instantMs, random)}"`
  return random.pick(faults)({ id: `"${id}"`, customer: `"${customerId}"`, amount, time }, random)
}

/** @param {Fields} fields */
function text({ id, customer, amount, time }) {
  return `{"id":${id},"customer_id":${customer},"load_amount":${amount},"time":${time}}`
}

/**
 * @param {string} line
 * @param {Random} random
 */
function withBadBytes(line, random) {
  const start = Buffer.from(`${line.slice(0, -1)},"note":"`)
  return Buffer.concat([start, Buffer.from(random.pick(badBytes)), Buffer.from('"}')])
}
