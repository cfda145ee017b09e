import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { alternate } from '../harness/alternate.js'
import type { BenchPart } from '../harness/bench.js'
import { measureInChild } from '../harness/child.js'
import { compileApplication } from '../harness/compile.js'
import { median, pairedRatio, spreadOf } from '../harness/statistics.js'
import type { StartMeasurement, StartTask } from '../programs/start-task.js'

const starts = 7
const cwd = fileURLToPath(new URL('../..', import.meta.url))

/** From the spawn of a worker, or of four at once, until all are ready, against a fork that only imports the same modules. */
export const workerStarts: BenchPart = {
  name: 'start',
  about: 'a worker, and four at once, from the spawn until ready, beside a trivial fork of the same modules (P14)',
  async measure({ rounds, progress }) {
    const programs = ['start-worker', 'start-fork', 'start-modules', 'start-nodes']
    const folder = await compileApplication({ name: 'start', programs })
    const measure = (program: string, groups: StartTask['groups']) => () =>
      measureInChild<StartMeasurement>(join(folder, `${program}.js`), { starts, groups } satisfies StartTask, {
        flags: ['--conditions=@millrace/source'],
        cwd,
      })
    const measured = await alternate(
      { worker: measure('start-worker', 1), four: measure('start-worker', 4), fork: measure('start-fork', 1) },
      { rounds, heard: (side, round) => progress(`start, round ${round}: ${side}`) },
    )
    const worker = ({ worker }: (typeof measured)[number]): number => median(worker.readyMs)
    const four = ({ four }: (typeof measured)[number]): number => median(four.readyMs)
    const fork = ({ fork }: (typeof measured)[number]): number => median(fork.readyMs)
    return [
      {
        title: `Start of a worker, medians of ${starts} starts a round`,
        figures: [
          {
            what: 'worker ready / fork of the same modules',
            unit: 'ratio',
            spread: pairedRatio(measured, worker, fork),
            budget: { id: 'P14', better: 'less', required: 1.5, goal: 1.15 },
          },
          {
            what: 'four groups ready / fork of the same modules',
            unit: 'ratio',
            spread: pairedRatio(measured, four, fork),
            budget: { id: 'start', better: 'less', required: 3, goal: 2.5 },
          },
          { what: 'worker ready', unit: 'ms', spread: spreadOf(measured.map(worker)) },
          { what: 'four groups ready', unit: 'ms', spread: spreadOf(measured.map(four)) },
          { what: 'fork', unit: 'ms', spread: spreadOf(measured.map(fork)) },
        ],
        rounds: measured,
      },
    ]
  },
}
