import { describe, expect, it } from '@jest/globals'
import { FeaturedAttempt } from '../messages.js'
import { baselineFeatures, experimentFeatures } from './features.js'

const config = { hash_rounds: 0 }
const attempt = {
  id: '7',
  customer_id: '528',
  amount_cents: 100,
  instant_ms: 0,
  day: 0,
  customer_day: '528:0',
  customer_week: '528:-3',
}

describe('features', () => {
  it.each([
    ['baseline, Monday', baselineFeatures, '7', true, 100, false],
    ['experiment, Monday', experimentFeatures, '8', true, 200, false],
    ['experiment, another day', experimentFeatures, '8', false, 100, false],
    ['experiment, prime id', experimentFeatures, '7', false, 100, true],
    ['experiment, prime id with zeros before it', experimentFeatures, '007', false, 100, true],
    ['experiment, negative id', experimentFeatures, '-7', false, 100, false],
    ['experiment, largest amount on a Monday', experimentFeatures, '8', true, 200, false],
  ])('%s', (_, features, id, monday, effective_cents, prime) => {
    expect(features.handle({ ...attempt, id, monday }, { config })).toEqual(
      FeaturedAttempt.of({ ...attempt, id, effective_cents, prime }),
    )
  })

  it.each([baselineFeatures, experimentFeatures])('says the same however much it hashes', (features) => {
    const heavy = features.handle({ ...attempt, monday: true }, { config: { hash_rounds: 10 } })
    expect(heavy).toEqual(features.handle({ ...attempt, monday: true }, { config }))
  })

  it('doubles the largest amount exactly', () => {
    const amount_cents = Number.MAX_SAFE_INTEGER
    expect(experimentFeatures.handle({ ...attempt, amount_cents, monday: true }, { config })).toMatchObject({
      payload: { effective_cents: 18_014_398_509_481_982 },
    })
  })
})
