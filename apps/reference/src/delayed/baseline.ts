import { baseline } from '../baseline.js'
import { delayed } from './delayed.js'

/** The baseline, every part of it slow at random: the output must not change. */
export const delayedBaseline = delayed(baseline)
