import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { applicationsIn, controlFolder, newSocketPath } from './control-folder.js'

let base: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'mc-'))
})
afterEach(() => rmSync(base, { recursive: true }))

/** The number of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  return child.pid ?? 0
}

describe('controlFolder', () => {
  it('is in the runtime folder of the user where there is one, else among temporary files under the number of the user', () => {
    expect(controlFolder({ XDG_RUNTIME_DIR: '/run/user/7' })).toBe('/run/user/7/millrace')
    expect(controlFolder({})).toBe(join(tmpdir(), `millrace-${process.getuid?.()}`))
  })
})

describe('newSocketPath', () => {
  it('makes a folder that is closed to everybody else', () => {
    newSocketPath('shop', join(base, 'millrace'))
    expect(statSync(join(base, 'millrace')).mode & 0o777).toBe(0o700)
  })

  it('names the socket by scenario and pid, without what a path would not carry', () => {
    expect(newSocketPath('my shop/2', join(base, 'm'))).toBe(join(base, 'm', `my-shop-2.${process.pid}.sock`))
  })

  it('numbers further applications of one process', () => {
    const folder = join(base, 'm')
    writeFileSync(newSocketPath('shop', folder), '')
    expect(newSocketPath('shop', folder)).toBe(join(folder, `shop.${process.pid}.2.sock`))
  })

  it('gives a further application no number that another has, whichever of them ends first', () => {
    const folder = join(base, 'm')
    const first = newSocketPath('shop', folder)
    writeFileSync(first, '')
    const second = newSocketPath('shop', folder)
    writeFileSync(second, '')
    rmSync(first)
    expect(newSocketPath('shop', folder)).not.toBe(second)
  })

  it('refuses a folder that others can open, one that is a link, and a path that is too long', () => {
    chmodSync(base, 0o755)
    expect(() => newSocketPath('shop', base)).toThrow('is open to other users')
    chmodSync(base, 0o700)
    symlinkSync(base, join(base, 'link'))
    expect(() => newSocketPath('shop', join(base, 'link'))).toThrow('is no folder')
    expect(() => newSocketPath('shop', join(base, 'x'.repeat(100)))).toThrow(/^CONTROL_UNAVAILABLE: .*103 bytes/u)
  })
})

describe('applicationsIn', () => {
  it('tells what runs, and removes what dead processes have left', async () => {
    const [dead, alive] = [join(base, `shop.${await deadPid()}.sock`), join(base, `shop.${process.pid}.sock`)]
    for (const path of [dead, alive, join(base, 'notes.txt')]) writeFileSync(path, '')
    expect(applicationsIn(base)).toEqual([{ name: 'shop', pid: process.pid, path: alive }])
    expect([existsSync(dead), existsSync(join(base, 'notes.txt'))]).toEqual([false, true])
  })

  it('trusts no folder that others can open', () => {
    writeFileSync(join(base, `shop.${process.pid}.sock`), '')
    chmodSync(base, 0o777)
    expect(applicationsIn(base)).toEqual([])
  })
})
