/** A scrape as it reads: values by name and labels as Prometheus writes them. */
export type Scrape = ReadonlyMap<string, number>

/** Reads the text format of Prometheus. */
export function readScrape(text: string): Scrape {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const [, series = '', value = ''] = /^(.+) (\S+)$/u.exec(line) ?? []
      return [series, Number(value)]
    }),
  )
}

/** The sum of all series of a metric whose labels hold every one of those given. */
export function total(scrape: Scrape, metric: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  let sum = 0
  for (const [series, value] of scrape)
    if ((series === metric || series.startsWith(`${metric}{`)) && wanted.every((label) => series.includes(label)))
      sum += value
  return sum
}

/** Asks an application for its metrics. */
export async function scrape(url: string): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`)
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
  return readScrape(await response.text())
}
