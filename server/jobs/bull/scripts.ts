/**
 * Every change of a job's record on the queue server, each one step that no other process sees half done. record-functions.ts says which
 * keys there are. The place in line is as in ../local/fair-line.ts, in whole numbers.
 */
import { recordScript as script } from "./record-functions.ts";

/** Length of a turn of share 1; shares divide it. */
export const turnLength = 16;

/** Places of one urgency: BullMQ has priorities to 2^21, and there are two urgencies. */
export const placesPerUrgency = 2 ** 20;

/** (now in ms) → a time that no id has yet: ids sort by age, whichever process made them. */
export const nextTime = script(`
local time = math.max(tonumber(call('GET', P .. 'last') or 0) + 1, tonumber(ARGV[1]))
call('SET', P .. 'last', string.format('%.0f', time))
return string.format('%.0f', time)
`);

/**
 * (id, body, request, text, key, fingerprint, owner, line, about the line, first place, length of a turn, uploads, claim, most that wait)
 * → ["added", place], ["former", id], ["claimed"] or ["full", waiting]
 */
export const add = script(`
local id, body, request, text, key, fingerprint, owner, line, about, base, length, uploads, claim, most = unpack(ARGV)
if key ~= '' then
  local former = call('HGET', P .. 'keys', key)
  if former then return { 'former', former } end
end
if claim ~= '' and call('HEXISTS', P .. 'claims', claim) == 1 then return { 'claimed' } end
local waiting = call('ZCARD', P .. 'queued')
if waiting >= tonumber(most) then return { 'full', waiting } end
if waiting == 0 then call('DEL', P .. 'tags') end
local begun = tonumber(call('HGET', P .. 'tags', base .. ' begun') or 1)
local next = tonumber(call('HGET', P .. 'tags', base .. ':' .. owner) or 1)
local tag = math.min(math.max(begun, next), ${placesPerUrgency - 1})
call('HSET', P .. 'tags', base .. ':' .. owner, tag + tonumber(length))
local place = tonumber(base) + tag
call('HSET', job(id), 'body', body, 'request', request, 'key', key, 'fingerprint', fingerprint, 'owner', owner, 'line', line,
  'place', place, 'base', base, 'uploads', uploads, 'claim', claim, 'revision', 1, 'starts', 0, 'star', '', 'files', '')
call('ZADD', P .. 'all', 0, id)
if owner ~= '' then call('ZADD', P .. 'of:' .. owner, 0, id) end
call('ZADD', P .. 'queued', place, id)
call('HSET', P .. 'lines', line, about)
if text ~= '' then call('HSET', P .. 'texts', id, text) end
if key ~= '' then call('HSET', P .. 'keys', key, id) end
if claim ~= '' then call('HSET', P .. 'claims', claim, id) end
for digest in string.gmatch(uploads, '%S+') do call('HINCRBY', P .. 'uploads', digest, 1) end
moved(call('ZRANK', P .. 'queued', id) + 1)
publish('queued', id)
return { 'added', place }
`);

/** (ids) → for each [body, revision, star, place among those that wait] or nothing */
export const read = script(`
local found = {}
for i, id in ipairs(ARGV) do
  local record = call('HMGET', job(id), 'body', 'revision', 'star')
  if record[1] then
    local rank = call('ZRANK', P .. 'queued', id)
    found[i] = { record[1], record[2], record[3], rank and tostring(rank) or '' }
  else
    found[i] = false
  end
end
return found
`);

/**
 * (id, holder, body, revision that it was made from) → ["begun", ...released], ["changed"], ["ended"] or ["gone"]; sent again, since the
 * connection was lost before the answer, it changes nothing more
 */
export const begin = script(`
local id, holder, body, revision = unpack(ARGV)
local record = call('HMGET', job(id), 'revision', 'ended', 'place', 'base', 'holder')
if not record[1] then return { 'gone' } end
if record[2] then return { 'ended' } end
if record[5] == holder then return { 'begun' } end
if record[1] ~= revision then return { 'changed' } end
leaveLine(id)
call('ZADD', P .. 'running', 0, id)
local begun = tonumber(call('HGET', P .. 'tags', record[4] .. ' begun') or 0)
call('HSET', P .. 'tags', record[4] .. ' begun', math.max(begun, tonumber(record[3]) - tonumber(record[4])))
call('HSET', job(id), 'body', body, 'holder', holder)
call('HDEL', job(id), 'commit')
call('HINCRBY', job(id), 'starts', 1)
call('HINCRBY', job(id), 'revision', 1)
local released = setFiles(id, '')
publish('changed', id)
return { 'begun', unpack(released) }
`);

/** (id, holder, body, files) → ["changed", ...released], or ["lost"] when the job is another's or has ended */
export const change = script(`
local id, holder, body, files = unpack(ARGV)
if call('HGET', job(id), 'holder') ~= holder then return { 'lost' } end
call('HSET', job(id), 'body', body)
call('HINCRBY', job(id), 'revision', 1)
local released = setFiles(id, files)
publish('changed', id)
return { 'changed', unpack(released) }
`);

/**
 * (id, holder or "", revision that the body was made from or "", body, files, finished at in ms)
 * → ["ended", ...released], ["gone"], ["lost"], ["changed"] or ["committing"]
 */
export const end = script(`
local id, holder, revision, body, files, finishedAt = unpack(ARGV)
local record = call('HMGET', job(id), 'revision', 'ended', 'holder', 'commit', 'uploads', 'claim', 'star')
if not record[1] then return { 'gone' } end
if record[2] or (holder ~= '' and record[3] ~= holder) then return { 'lost' } end
if holder == '' and record[4] then return { 'committing' } end
if revision ~= '' and record[1] ~= revision then return { 'changed' } end
leaveLine(id)
call('ZREM', P .. 'running', id)
call('HSET', job(id), 'body', body, 'ended', finishedAt)
call('HDEL', job(id), 'request', 'holder', 'commit', 'uploads', 'claim')
call('HINCRBY', job(id), 'revision', 1)
for digest in string.gmatch(record[5] or '', '%S+') do
  if call('HINCRBY', P .. 'uploads', digest, -1) <= 0 then call('HDEL', P .. 'uploads', digest) end
end
if record[6] and record[6] ~= '' then call('HDEL', P .. 'claims', record[6]) end
call('ZADD', P .. 'finished', 0, id)
if record[7] ~= '1' then call('ZADD', P .. 'plain', 0, id) end
local released = setFiles(id, files)
publish(holder == '' and 'ended' or 'changed', id)
return { 'ended', unpack(released) }
`);

/**
 * (id, holder, revision that the body was made from or "", body, change of the count of starts, key of the lock or "")
 * → ["queued", ...released], ["lost"], ["held"] or ["changed"]
 */
export const putBack = script(`
local id, holder, revision, body, starts, lock = unpack(ARGV)
local record = call('HMGET', job(id), 'holder', 'revision', 'place')
if record[1] ~= holder then return { 'lost' } end
if lock ~= '' and call('EXISTS', lock) == 1 then return { 'held' } end
if revision ~= '' and record[2] ~= revision then return { 'changed' } end
call('ZREM', P .. 'running', id)
call('ZADD', P .. 'queued', record[3], id)
call('HSET', job(id), 'body', body)
call('HDEL', job(id), 'holder', 'commit')
call('HINCRBY', job(id), 'starts', starts)
call('HINCRBY', job(id), 'revision', 1)
local released = setFiles(id, '')
moved(call('ZRANK', P .. 'queued', id) + 1)
publish('changed', id)
publish('queued', id)
return { 'queued', unpack(released) }
`);

/** (id, holder) → 1, or 0 when the job is another's or has ended */
export const beginCommit = script(`
local id, holder = unpack(ARGV)
if call('HGET', job(id), 'holder') ~= holder then return 0 end
call('HSET', job(id), 'commit', 1)
return 1
`);

/** (id, holder) */
export const rollBackCommit = script(`
local id, holder = unpack(ARGV)
if call('HGET', job(id), 'holder') ~= holder then return 0 end
call('HDEL', job(id), 'commit')
call('HINCRBY', job(id), 'revision', 1)
publish('changed', id)
return 1
`);

/** (id, "1" or "0") → 0 when there is no such job */
export const star = script(`
local id, star = unpack(ARGV)
if call('EXISTS', job(id)) == 0 then return 0 end
call('HSET', job(id), 'star', star)
call('HINCRBY', job(id), 'revision', 1)
if star == '1' then
  call('ZADD', P .. 'starred', 0, id)
  call('ZREM', P .. 'plain', id)
else
  call('ZREM', P .. 'starred', id)
  if call('HEXISTS', job(id), 'ended') == 1 then call('ZADD', P .. 'plain', 0, id) end
end
publish('changed', id)
return 1
`);

/** (id) → ["removed", ...released], or ["kept"] when there is no such finished job */
export const remove = script(`
local id = ARGV[1]
if call('HEXISTS', job(id), 'ended') == 0 then return { 'kept' } end
return { 'removed', unpack(forget(id)) }
`);

/**
 * (the job that ended last, most finished jobs, most bytes, ended before in ms; "" = no bound)
 * → [[ids dropped], [digests released]]; drops at most a hundred
 */
export const trim = script(`
local latest, most, mostBytes, before = unpack(ARGV)
local ids, released = {}, {}
while #ids < 100 do
  local oldest
  for _, id in ipairs(call('ZRANGE', P .. 'plain', 0, 1)) do
    if id ~= latest and not oldest then oldest = id end
  end
  if not oldest then break end
  local isTooMuch = call('ZCARD', P .. 'finished') > tonumber(most)
    or (mostBytes ~= '' and tonumber(call('GET', P .. 'total') or 0) > tonumber(mostBytes))
    or (before ~= '' and tonumber(call('HGET', job(oldest), 'ended')) < tonumber(before))
  if not isTooMuch then break end
  ids[#ids + 1] = oldest
  for _, sha in ipairs(forget(oldest)) do released[#released + 1] = sha end
end
return { ids, released }
`);

/** () → [line, about it] of all, in the order of the first job that waits in each; those last in which none waits */
export const linesInOrder = script(`
local about = {}
local all = call('HGETALL', P .. 'lines')
for i = 1, #all, 2 do about[all[i]] = all[i + 1] end
local lines = {}
local function take(line)
  if not line or not about[line] then return end
  lines[#lines + 1] = { line, about[line] }
  about[line] = nil
end
for _, id in ipairs(call('ZRANGE', P .. 'queued', 0, -1)) do
  take(call('HGET', job(id), 'line'))
  if next(about) == nil then break end
end
for i = 1, #all, 2 do take(all[i]) end
return lines
`);

/**
 * (prefix of BullMQ's keys, "queued" or "running") → [id, line, place] of jobs in that state that BullMQ does not have, or which no worker
 * holds
 */
export const unlined = script(`
local found = {}
for _, id in ipairs(call('ZRANGE', P .. ARGV[2], 0, -1)) do
  local record = call('HMGET', job(id), 'line', 'place')
  local key = record[1] and ARGV[1] .. ':' .. record[1] .. ':job-' .. id
  if key and call('EXISTS', ARGV[2] == 'running' and key .. ':lock' or key) == 0 then
    found[#found + 1] = { id, record[1], record[2] }
  end
end
return found
`);
