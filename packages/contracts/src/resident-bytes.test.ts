import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { residentBytes } from './resident-bytes.js'

afterEach(() => void jest.restoreAllMocks())

describe('residentBytes', () => {
  it('tells the memory of this process', () => {
    expect(residentBytes()).toBeGreaterThan(10_000_000)
  })

  it('is undefined where the process can open no file', () => {
    jest.spyOn(process.memoryUsage, 'rss').mockImplementation(() => {
      throw new Error('EMFILE: too many open files, uv_resident_set_memory')
    })
    expect(residentBytes()).toBeUndefined()
  })
})
