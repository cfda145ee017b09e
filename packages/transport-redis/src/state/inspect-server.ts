import { before, type RedisClient } from '../connection/open-redis.js'

/** What a Redis server says about how it keeps what it confirms. Undefined is what it does not tell. */
export interface RedisServerFacts {
  readonly version: string | undefined
  readonly appendonly: boolean | undefined
  readonly appendfsync: string | undefined
  /** In bytes; 0 without a limit. */
  readonly maxmemory: number | undefined
  /** What it removes when its memory is full: `noeviction` for nothing. */
  readonly maxmemoryPolicy: string | undefined
}

/** Asks a server how it keeps what it confirms. A server that refuses to tell, or does not answer, is not an error. */
export async function inspectServer(client: RedisClient): Promise<RedisServerFacts> {
  const [info, fsync] = await Promise.all([orUndefined(client.info()), orUndefined(client.configGet('appendfsync'))])
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'mu').exec(info ?? '')?.[1]
  const appendonly = field('aof_enabled')
  const maxmemory = field('maxmemory')
  return {
    version: field('redis_version'),
    appendonly: appendonly === undefined ? undefined : appendonly === '1',
    appendfsync: fsync?.appendfsync,
    maxmemory: maxmemory === undefined ? undefined : Number(maxmemory),
    maxmemoryPolicy: field('maxmemory_policy'),
  }
}

/**
 * What is to be told about how a server keeps what it confirms: one line, or undefined where it keeps everything.
 *
 * @param url as in the settings
 */
export function durabilityLine(url: string, facts: RedisServerFacts): string | undefined {
  const risks = [lossOnFailure(facts), lossByEviction(facts)].filter((risk) => risk !== undefined)
  if (risks.length === 0) return undefined
  return `Redis at ${url} may lose what it has confirmed: ${risks.join('; ')}`
}

function lossOnFailure({ appendonly, appendfsync }: RedisServerFacts): string | undefined {
  if (appendonly === false)
    return 'with appendonly no, everything since its last snapshot is lost when it ends; set appendonly yes and appendfsync always'
  if (appendonly === undefined || appendfsync === undefined)
    return 'it does not tell its appendonly and appendfsync, so this is not known; appendonly yes and appendfsync always lose nothing'
  if (appendfsync === 'always') return undefined
  const loss =
    appendfsync === 'everysec'
      ? 'up to two seconds of commits are lost when it is killed or its machine fails'
      : 'what its system has not written yet is lost when its machine fails'
  return `with appendfsync ${appendfsync}, ${loss}; set appendfsync always`
}

function lossByEviction({ maxmemory, maxmemoryPolicy }: RedisServerFacts): string | undefined {
  if (maxmemory === 0 || maxmemoryPolicy === undefined || !maxmemoryPolicy.startsWith('allkeys')) return undefined
  return `with maxmemory-policy ${maxmemoryPolicy}, it removes state when its memory is full; set maxmemory-policy noeviction`
}

/** How long an answer is waited for, in milliseconds. */
const answerMs = 5000

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await before(performance.now() + answerMs, undefined, answer)
  } catch {
    return undefined
  }
}
