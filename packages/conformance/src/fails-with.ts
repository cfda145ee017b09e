import assert from 'node:assert/strict'
import { type ErrorCode, isMillraceError, type MillraceError } from '@millrace/contracts'

/** Asserts that a call throws, or rejects with, a MillraceError of a code, whose message starts with it; returns the error. */
export async function failsWith(code: ErrorCode, what: string, call: () => unknown): Promise<MillraceError> {
  const thrown = await thrownBy(what, call)
  assert.ok(isMillraceError(thrown), `${what} must fail with a MillraceError (it threw ${String(thrown)})`)
  assert.equal(thrown.code, code, `${what} must fail with ${code}`)
  assert.ok(thrown.message.startsWith(`${code}: `), `the message must start with its code (got '${thrown.message}')`)
  return thrown
}

async function thrownBy(what: string, call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  throw new assert.AssertionError({ message: `${what} must fail, but it succeeded` })
}
