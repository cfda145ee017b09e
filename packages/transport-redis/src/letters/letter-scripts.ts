/**
 * The scripts that letters come and go by. Each is one step that nothing comes between.
 *
 * 1. A letter is in the stream and in the hash of entries, or in neither.
 * 2. A letter that is added again, because the answer was lost, is there once; where it has gone since, it stays gone.
 * 3. A letter that replaces another takes its place, also where there is room for no other.
 * 4. Redis refuses only the first write of a script when its memory is full. So a letter is added whole or not at all, and
 *    letters can be dropped then too.
 */
import { type Script, script } from '../connection/script.js'

/** How long it is known that a letter has gone, in seconds: longer than anybody tries to add one. */
const goneSeconds = 300

/**
 * Adds a letter. Says 1 where it is there, 0 where there is no room for it.
 *
 * KEYS: stream, entries, gone of the letter, gone of the one that it replaces. ARGV: id, text, how many there may be, id of the
 * one that it replaces or nothing.
 */
export const addLetterScript: Script = script(`
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 or redis.call('EXISTS', KEYS[3]) == 1 then return 1 end
local replaced = ARGV[4] ~= '' and redis.call('HGET', KEYS[2], ARGV[4])
if not replaced and redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[3]) then return 0 end
local entry = redis.call('XADD', KEYS[1], '*', 'id', ARGV[1], 'letter', ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], entry)
if replaced then
  redis.call('XDEL', KEYS[1], replaced)
  redis.call('HDEL', KEYS[2], ARGV[4])
  redis.call('SET', KEYS[4], '', 'EX', ${goneSeconds})
end
return 1
`)

/**
 * Drops letters. Says how many there were.
 *
 * KEYS: stream, entries, gone of each. ARGV: their ids.
 */
export const dropLettersScript: Script = script(`
local dropped = 0
for index, id in ipairs(ARGV) do
  local entry = redis.call('HGET', KEYS[2], id)
  if entry then
    redis.call('HDEL', KEYS[2], id)
    redis.call('XDEL', KEYS[1], entry)
    redis.call('SET', KEYS[2 + index], '', 'EX', ${goneSeconds})
    dropped = dropped + 1
  end
end
return dropped
`)
