import { describe, expect, it } from '@jest/globals'
import { ConnectionTimeoutError, ErrorReply, SocketClosedUnexpectedlyError } from '@redis/client'
import { redisTrouble } from './redis-trouble.js'

const systemError = (code: string): Error => Object.assign(new Error('a text that may hold anything'), { code })

describe('redisTrouble', () => {
  it.each([
    [new SocketClosedUnexpectedlyError(), 'the connection was closed'],
    [new ConnectionTimeoutError(), 'it does not answer (ETIMEDOUT)'],
    [systemError('ECONNREFUSED'), 'nobody listens there (ECONNREFUSED)'],
    [systemError('ECONNRESET'), 'the connection failed (ECONNRESET)'],
    [new ErrorReply('LOADING Redis is loading the dataset in memory'), 'it is still loading its data'],
    [new ErrorReply('NOSCRIPT No matching script. Please use EVAL.'), 'it has forgotten its scripts'],
    [new ErrorReply('ERR max number of clients reached'), 'it has as many clients as its maxclients allows'],
  ])('%s may be over soon', (thrown, why) => {
    expect(redisTrouble(thrown)).toMatchObject({ passes: true, why })
  })

  it.each([
    [new ErrorReply("OOM command not allowed when used memory > 'maxmemory'."), /^its memory is full/],
    [
      new ErrorReply(
        "ERR Error running script (call to f_9a5): @user_script:18: @user_script: 18: -OOM command not allowed when used memory > 'maxmemory'.",
      ),
      /^its memory is full/,
    ],
    [new ErrorReply('READONLY You can not write against a read only replica.'), /^it is a replica/],
    [new ErrorReply('MISCONF Errors writing to the AOF file: No space left on device'), /^it cannot write to its disk/],
    [new ErrorReply('MOVED 3999 127.0.0.1:6381'), /^it is a node of a Redis Cluster/],
    [
      new ErrorReply("ERR unknown command 'X', with args beginning with: 'hunter2'"),
      /^it answered with an error \(ERR\)$/,
    ],
    [systemError('SELF_SIGNED_CERT_IN_CHAIN'), /^TLS failed \(SELF_SIGNED_CERT_IN_CHAIN\)$/],
  ])('%s is not over before somebody does something', (thrown, why) => {
    expect(redisTrouble(thrown)).toMatchObject({ passes: false, why: expect.stringMatching(why) })
  })
})
