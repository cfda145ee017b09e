/**
 * The scripts of the carrier. An inbox is two keys: the stream, and a hash that holds the last number of each side of a
 * connection that writes into it. Both belong to the process that reads the stream, and go with it.
 */
import { type Script, script } from '../connection/script.js'

/**
 * Puts an entry into an inbox, once: an entry whose number is there already does nothing, so that whoever did not hear an answer
 * asks again. Says 0 where there is no such inbox, or the number is not the next: something that was put there is gone. Number 0
 * says that nothing follows.
 *
 * KEYS: stream, numbers. ARGV: side, number, fields and values of the entry.
 */
export const appendScript: Script = script(`
local number = tonumber(ARGV[2])
if number > 0 then
  local last = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0)
  if number <= last then return 1 end
  if number > last + 1 then return 0 end
end
if not redis.call('XADD', KEYS[1], 'NOMKSTREAM', '*', unpack(ARGV, 3)) then return 0 end
if number > 0 then redis.call('HSET', KEYS[2], ARGV[1], ARGV[2]) else redis.call('HDEL', KEYS[2], ARGV[1]) end
return 1
`)

/**
 * Keeps an inbox for so long, and makes it where it is not there. Says 1 where it was there, 0 where it is new. Redis refuses only
 * the first write of a script when its memory is full, so the first is one that may need memory: where no entry can be put, no
 * inbox is kept.
 *
 * KEYS: stream, numbers. ARGV: how long, in milliseconds.
 */
export const keepScript: Script = script(`
local there = redis.call('EXISTS', KEYS[1], KEYS[2]) == 2
redis.call('HSET', KEYS[2], '', 0)
if not there then
  redis.call('DEL', KEYS[1], KEYS[2])
  redis.call('XADD', KEYS[1], '*', 'h', '')
  redis.call('XTRIM', KEYS[1], 'MAXLEN', 0)
  redis.call('HSET', KEYS[2], '', 0)
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return there and 1 or 0
`)
