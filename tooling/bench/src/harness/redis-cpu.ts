const counted = ['used_cpu_user', 'used_cpu_sys'] as const

/** Time on processors that a Redis has used so far, all its threads. @param info what it says to `INFO cpu` */
export function redisCpuMs(info: string): number {
  return counted.reduce((sum, name) => sum + 1000 * secondsOf(info, name), 0)
}

/** @throws RangeError when it is not there */
function secondsOf(info: string, name: string): number {
  const [, seconds] = new RegExp(`^${name}:([0-9.]+)`, 'm').exec(info) ?? []
  if (seconds === undefined) throw new RangeError(`Redis has not said its ${name}`)
  return Number(seconds)
}
