import fc from 'fast-check'

/** What somebody may do to bytes on their way. */
export type Mutation = (bytes: Buffer) => Buffer

/** Flips bits, sets, cuts out, repeats and inserts bytes, writes telling numbers, once or several times. */
export function mutationArbitrary(): fc.Arbitrary<Mutation> {
  return fc
    .array(fc.oneof(flip(), set(), cut(), repeat(), insert(), number(), truncate()), { minLength: 1, maxLength: 4 })
    .map((mutations) => (bytes) => mutations.reduce<Buffer>((mutated, mutate) => mutate(mutated), Buffer.from(bytes)))
}

/** A place as a fraction, as the length is not known yet. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const few = fc.integer({ min: 1, max: 40 })

function flip(): fc.Arbitrary<Mutation> {
  return fc.tuple(place, fc.nat(7)).map(([where, bit]) => changed(where, (byte) => byte ^ (1 << bit)))
}

function set(): fc.Arbitrary<Mutation> {
  return fc
    .tuple(place, fc.constantFrom(0, 1, 2, 5, 127, 128, 255))
    .map(([where, value]) => changed(where, () => value))
}

function cut(): fc.Arbitrary<Mutation> {
  return fc.tuple(place, few).map(([where, count]) => (bytes) => {
    const at = indexIn(bytes, where)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + count)])
  })
}

function repeat(): fc.Arbitrary<Mutation> {
  return fc.tuple(place, few).map(([where, count]) => (bytes) => {
    const at = indexIn(bytes, where)
    return Buffer.concat([bytes.subarray(0, at + count), bytes.subarray(at)])
  })
}

function insert(): fc.Arbitrary<Mutation> {
  return fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 40 })).map(([where, inserted]) => (bytes) => {
    const at = indexIn(bytes, where)
    return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)])
  })
}

/** Lengths and counts that break careless readers. */
function number(): fc.Arbitrary<Mutation> {
  const values = fc.constantFrom(0, 1, 4, 59, 60, 61, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff)
  return fc.tuple(fc.oneof(place, fc.constant(0)), values).map(([where, value]) => (bytes) => {
    const at = indexIn(bytes, where)
    if (at + 4 > bytes.length) return bytes
    const mutated = Buffer.from(bytes)
    mutated.writeUInt32BE(value, at)
    return mutated
  })
}

function truncate(): fc.Arbitrary<Mutation> {
  return place.map((where) => (bytes) => Buffer.from(bytes.subarray(0, indexIn(bytes, where))))
}

function changed(where: number, change: (byte: number) => number): Mutation {
  return (bytes) => {
    if (bytes.length === 0) return bytes
    const mutated = Buffer.from(bytes)
    const at = indexIn(bytes, where)
    mutated[at] = change(mutated[at] ?? 0)
    return mutated
  }
}

function indexIn(bytes: Buffer, where: number): number {
  return Math.floor(where * bytes.length)
}
