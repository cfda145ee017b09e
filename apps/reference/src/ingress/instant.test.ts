import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { instantOf } from './instant.js'

const numRuns = Number(process.env.ROUNDS ?? 300)
const firstMs = Date.parse('0000-01-03T00:00:00Z')
const lastMs = Date.UTC(9999, 11, 31)

describe('instantOf', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2000-01-01T00:00:00Z', 946_684_800_000],
    ['2000-01-01t00:00:00z', 946_684_800_000],
    ['2000-02-29T23:59:59.999Z', 951_868_799_999],
    ['2000-01-01T00:00:00.5Z', 946_684_800_500],
    ['2000-01-01T00:00:00.05Z', 946_684_800_050],
    ['2000-01-01T00:00:00.9999999999Z', 946_684_800_999],
    ['1969-12-31T23:59:59.9999Z', -1],
    ['2000-01-01T14:00:00+14:00', 946_684_800_000],
    ['1999-12-31T00:01:00-23:59', 946_684_800_000],
    ['2000-01-01T00:00:00-00:00', 946_684_800_000],
    ['0000-01-01T00:00:00Z', -62_167_219_200_000],
    ['0000-01-01T00:00:00+00:01', -62_167_219_260_000],
    ['9999-12-31T23:59:59-00:01', 253_402_300_859_000],
  ])('%s is %d ms', (text, instantMs) => {
    expect(instantOf(text)).toBe(instantMs)
  })

  it.each([
    ['no zone', '2000-01-01T00:00:00'],
    ['a space for the T', '2000-01-01 00:00:00Z'],
    ['a space before', ' 2000-01-01T00:00:00Z'],
    ['a space after', '2000-01-01T00:00:00Z '],
    ['something after the offset', '2000-01-01T00:00:00+01:000'],
    ['no colon in the offset', '2000-01-01T00:00:00+0100'],
    ['hours only in the offset', '2000-01-01T00:00:00+01'],
    ['an offset of 24 hours', '2000-01-01T00:00:00+24:00'],
    ['an offset of 60 minutes', '2000-01-01T00:00:00+01:60'],
    ['an offset without a sign', '2000-01-01T00:00:00*01:00'],
    ['no seconds', '2000-01-01T00:00Z'],
    ['a comma as decimal point', '2000-01-01T00:00:00,5Z'],
    ['a point without digits', '2000-01-01T00:00:00.Z'],
    ['a sign before the year', '+2000-01-01T00:00:00Z'],
    ['a letter in the year', '200x-01-01T00:00:00Z'],
    ['month 0', '2000-00-01T00:00:00Z'],
    ['month 13', '2000-13-01T00:00:00Z'],
    ['day 0', '2000-01-00T00:00:00Z'],
    ['the 31st of April', '2000-04-31T00:00:00Z'],
    ['the 29th of February 1900', '1900-02-29T00:00:00Z'],
    ['the 29th of February 2001', '2001-02-29T00:00:00Z'],
    ['hour 24', '2000-01-01T24:00:00Z'],
    ['minute 60', '2000-01-01T00:60:00Z'],
    ['a leap second', '1998-12-31T23:59:60Z'],
    ['slashes', '2000/01/01T00:00:00Z'],
    ['points for colons', '2000-01-01T00.00.00Z'],
    ['digits of another script', '２000-01-01T00:00:00Z'],
    ['the empty string', ''],
    ['a number', 946_684_800_000],
    ['null', null],
    ['a missing field', undefined],
  ])('%s is no instant', (_, value) => {
    expect(instantOf(value)).toBeUndefined()
  })

  it('agrees with Date on every millisecond of its range, whatever the zone it is written in', () => {
    fc.assert(
      fc.property(fc.integer({ min: firstMs, max: lastMs }), fc.integer({ min: -1439, max: 1439 }), (ms, minutes) => {
        expect(instantOf(writtenAt(ms, minutes))).toBe(ms)
      }),
      { numRuns },
    )
  })

  it('agrees with Date on which days exist', () => {
    const twoDigits = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'))
    const year = fc.integer({ min: 0, max: 9999 }).map((n) => String(n).padStart(4, '0'))
    fc.assert(
      fc.property(year, twoDigits(14), twoDigits(33), (y, m, d) => {
        const text = `${y}-${m}-${d}T00:00:00Z`
        expect(instantOf(text) !== undefined).toBe(new Date(text).toJSON()?.startsWith(`${y}-${m}-${d}`) ?? false)
      }),
      { numRuns },
    )
  })
})

/** The instant as a clock shows it that is so many minutes ahead of UTC. */
function writtenAt(ms: number, minutes: number): string {
  const local = new Date(ms + minutes * 60_000).toISOString().slice(0, -1)
  const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0')
  return `${local}${minutes < 0 ? '-' : '+'}${hours}:${String(Math.abs(minutes) % 60).padStart(2, '0')}`
}
