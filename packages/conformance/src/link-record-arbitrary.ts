import {
  type AckRecord,
  type CancelRecord,
  type EnvelopeRecord,
  type ErrorCode,
  errorCodes,
  type Facts,
  type FailRecord,
  isErrorCode,
  JsonText,
  type LinkRecord,
  type MarkRecord,
  type Position,
} from '@millrace/contracts'
import fc from 'fast-check'
import { bytesArbitrary, payloadArbitrary } from './payload-arbitrary.js'

/** Random records of every kind that a link carries, with payloads of JSON and of bytes. */
export function linkRecordArbitrary(): fc.Arbitrary<LinkRecord> {
  return fc.oneof(
    { weight: 4, arbitrary: envelopeArbitrary() },
    ackArbitrary(),
    failArbitrary(),
    cancelArbitrary(),
    markArbitrary(),
  )
}

function envelopeArbitrary(): fc.Arbitrary<EnvelopeRecord> {
  return fc.record({
    kind: fc.constant('envelope' as const),
    ticket: fc.option(fc.maxSafeNat(), { nil: undefined }),
    edge: edgeArbitrary(),
    domain: fc.option(domainArbitrary(), { nil: undefined }),
    position: positionArbitrary(),
    ...rootName(),
    remainingMs: fc.option(fc.nat(86_400_000), { nil: undefined }),
    trace: fc.option(traceArbitrary(), { nil: undefined }),
    payload: fc.oneof({ weight: 3, arbitrary: payloadArbitrary() }, bytesArbitrary(), unreadArbitrary()),
  })
}

function unreadArbitrary(): fc.Arbitrary<JsonText> {
  return payloadArbitrary().map((payload) => new JsonText(JSON.stringify(payload), true))
}

function ackArbitrary(): fc.Arbitrary<AckRecord> {
  const ranges = fc
    .uniqueArray(fc.maxSafeNat(), { minLength: 2, maxLength: 12 })
    .map((tickets) => pairs(tickets.sort((first, second) => first - second)))
  return fc.record({ kind: fc.constant('ack' as const), ranges })
}

function failArbitrary(): fc.Arbitrary<FailRecord> {
  return fc.record({
    kind: fc.constant('fail' as const),
    ...rootName(),
    code: codeArbitrary(),
    // That of a root which has failed at once is empty.
    position: positionArbitrary(0),
    facts: factsArbitrary(),
  })
}

function cancelArbitrary(): fc.Arbitrary<CancelRecord> {
  return fc.record({ kind: fc.constant('cancel' as const), ...rootName(), code: codeArbitrary() })
}

function markArbitrary(): fc.Arbitrary<MarkRecord> {
  return fc.record({
    kind: fc.constant('mark' as const),
    edge: fc.oneof({ weight: 4, arbitrary: edgeArbitrary() }, fc.constant(-1)),
    domain: domainArbitrary(),
    // That of the beginning is empty.
    position: positionArbitrary(0),
  })
}

function edgeArbitrary(): fc.Arbitrary<number> {
  return fc.nat(65_535)
}

function positionArbitrary(minLength = 1): fc.Arbitrary<Position> {
  return fc.array(fc.oneof(fc.nat(20), fc.maxSafeNat()), { minLength, maxLength: 6 })
}

function slotArbitrary(): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom('features', 'policy', '@app', 'a-b.c_d'), fc.integer({ min: 1, max: 99 }))
    .map(([group, place]) => `${group}#${place}`)
}

function rootName() {
  const origin = fc.tuple(slotArbitrary(), fc.constantFrom(':', '/')).map(([slot, mark]) => `${slot}.1${mark}`)
  return { origin, root: fc.maxSafeNat() }
}

function domainArbitrary(): fc.Arbitrary<string> {
  return fc
    .tuple(slotArbitrary(), fc.string({ unit: 'grapheme', maxLength: 20 }))
    .map(([origin, run]) => `${origin}/${run}`)
}

function traceArbitrary(): fc.Arbitrary<string> {
  const hex = (digits: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits })
  return fc
    .tuple(hex(32), hex(16), fc.constantFrom('00', '01'))
    .map(([trace, span, flags]) => `00-${trace}-${span}-${flags}`)
}

function codeArbitrary(): fc.Arbitrary<ErrorCode> {
  return fc.constantFrom(...Object.keys(errorCodes).filter(isErrorCode))
}

function factsArbitrary(): fc.Arbitrary<Facts> {
  const text = fc.string({ unit: 'grapheme' })
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
  const fact = fc.oneof(text, number, fc.boolean(), fc.constant(null), fc.array(text, { maxLength: 4 }))
  return fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z]{0,11}$/), fact, { maxKeys: 5, noNullPrototype: true })
}

/** Neighbours of a sorted list as disjoint ranges. */
function pairs(sorted: readonly number[]): (readonly [number, number])[] {
  return sorted.flatMap((first, index) => {
    const last = sorted[index + 1]
    return index % 2 === 0 && last !== undefined ? [[first, last] as const] : []
  })
}
