import { describe, expect, it } from '@jest/globals'
import { redisCpuMs } from './redis-cpu.js'

describe('redisCpuMs', () => {
  it('adds what Redis has used itself and what the system has used for it', () => {
    const info = ['# CPU', 'used_cpu_sys:0.250', 'used_cpu_user:1.5', 'used_cpu_sys_children:9', ''].join('\r\n')
    expect(redisCpuMs(info)).toBe(1750)
  })

  it('refuses what Redis does not say', () => {
    expect(() => redisCpuMs('# CPU\r\n')).toThrow(new RangeError('Redis has not said its used_cpu_user'))
  })
})
