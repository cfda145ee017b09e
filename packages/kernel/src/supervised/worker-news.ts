/** What workers tell by themselves, and who hears it; `load-worker.ts` is the other side. */
import type { SlotId } from '@millrace/contracts'
import type { Collector, SampleReport } from '../metrics/collector.js'
import { answeredError } from '../worker/error-answer.js'
import { notedPayload, type SinkNote } from '../worker/sink-note.js'
import type { SourceTally } from './source-tally.js'
import type { SupervisedParts } from './supervised-parts.js'
import type { WorkerAnswers } from './worker-answers.js'

/** Whoever hears what workers tell. */
export interface NewsHearers {
  readonly sources: SourceTally
  readonly collector: Collector
  readonly answers: WorkerAnswers
  readonly sinkWrote: SupervisedParts['sinkWrote']
  readonly oversight: SupervisedParts['oversight']
}

interface SourcesEnded {
  readonly roots: Readonly<Record<string, number>>
}

interface PageWanted {
  readonly id: number
}

/** Hands on what workers tell. */
export class WorkerNews {
  readonly #hearers: NewsHearers

  constructor(hearers: NewsHearers) {
    this.#hearers = hearers
  }

  told(slot: SlotId, subject: string, facts: unknown): void {
    const { sources, collector } = this.#hearers
    if (subject === 'sources.ended')
      sources.slotEnded(slot, (facts as SourcesEnded).roots) // what load-worker tells
    else if (subject === 'sources.failed') sources.fail(answeredError(facts))
    else if (subject === 'sink.wrote')
      this.#wrote(facts as SinkNote) // as above
    else if (subject === 'samples') collector.report(slot, facts as SampleReport)
    else if (subject === 'metrics page wanted') void this.#sendMetricsPage(slot, facts as PageWanted)
  }

  #wrote(note: SinkNote): void {
    this.#hearers.sinkWrote?.(note, notedPayload(note))
  }

  async #sendMetricsPage(slot: SlotId, { id }: PageWanted): Promise<void> {
    const { oversight, answers } = this.#hearers
    const text = await oversight?.prometheus().catch(() => undefined)
    await answers.sendMetricsPage(slot, id, text)
  }
}
