import { experiment } from '../experiment.js'
import { delayed } from './delayed.js'

/** The experiment, every part of it slow at random: the output must not change. */
export const delayedExperiment = delayed(experiment)
