import { type Script, script } from '../connection/script.js'

/**
 * Applies one commit, as one step that nothing comes between:
 *
 * 1. Nothing is written unless the lease holds the token of whoever commits. A process that was stopped past its lease, and one
 *    that another has taken over from, write nothing when they wake.
 * 2. Commits of one holder are numbered from 1, and the number of the last stands beside the token. One that is sent again
 *    because its answer was lost is not applied again; one that comes before an earlier one is not applied at all.
 * 3. Every commit renews the lease. One of number 0 does nothing else.
 *
 * KEYS: lease, ledger, the keys that are set, the keys that are removed.
 * ARGV: token, number, lease in ms, count of keys that are set, count of entries that are set, the values, the entries each
 * with its text, the entries that are removed.
 *
 * It answers `{'done'}`, `{'early'}`, or `{'fenced', run, incarnation}` of who has the lease, empty where nobody has.
 */
export const commitScript: Script = script(`
local lease, ledger = KEYS[1], KEYS[2]
local token, number, leaseMs = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local values, entries = tonumber(ARGV[4]), tonumber(ARGV[5])

local held = redis.call('HMGET', lease, 'token', 'commits', 'run', 'incarnation')
if held[1] ~= token then return { 'fenced', held[3] or '', held[4] or '' } end

local last = tonumber(held[2])
if number <= last then
  redis.call('PEXPIRE', lease, leaseMs)
  return { 'done' }
end
if number > last + 1 then return { 'early' } end

-- Redis refuses only the first write of a script when its memory is full, so the first must be one that may need memory.
redis.call('HSET', lease, 'commits', number)
redis.call('PEXPIRE', lease, leaseMs)

local at = 5
for key = 3, 2 + values do redis.call('SET', KEYS[key], ARGV[at + key - 2]) end
for key = 3 + values, #KEYS do redis.call('DEL', KEYS[key]) end

at = at + values
for entry = 1, entries do redis.call('HSET', ledger, ARGV[at + 2 * entry - 1], ARGV[at + 2 * entry]) end
for removed = at + 2 * entries + 1, #ARGV do redis.call('HDEL', ledger, ARGV[removed]) end
return { 'done' }
`)
