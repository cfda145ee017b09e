import { declinedReasons, malformedReasons, type Reason, reasons } from '../reasons.js'

/** What became of the lines of a run; a type, not an interface, so that it is a sink's report as it is. */
export type TallyReport = {
  /** Lines answered: all but the blank ones. */
  readonly lines: number
  readonly accepted: number
  /** Attempts declined, by reason; reasons that did not occur are left out. */
  readonly declined: Readonly<Record<string, number>>
  /** Lines that are no attempt, by reason; reasons that did not occur are left out. */
  readonly malformed: Readonly<Record<string, number>>
}

/** How often each reason has occurred; a type, not an interface, so that it is JSON as it is. */
export type TallyCounts = Readonly<Record<Reason, number>>

/** Counts answers by their reason. */
export interface Tally {
  count(reason: Reason): void
  /** The counts as they stand now. */
  counts(): TallyCounts
  report(): TallyReport
}

/** Makes a tally that goes on from earlier counts, or stands at nothing. */
export function createTally(earlier?: TallyCounts): Tally {
  const counts = Object.fromEntries(reasons.map((reason) => [reason, earlier?.[reason] ?? 0])) as Record<Reason, number> // one entry for each
  const among = (listed: readonly Reason[]) =>
    Object.fromEntries(listed.map((reason) => [reason, counts[reason]] as const).filter(([, count]) => count > 0))
  return {
    count(reason) {
      counts[reason]++
    },
    counts: () => ({ ...counts }),
    report: () => ({
      lines: reasons.reduce((sum, reason) => sum + counts[reason], 0),
      accepted: counts.ACCEPTED,
      declined: among(declinedReasons),
      malformed: among(malformedReasons),
    }),
  }
}
