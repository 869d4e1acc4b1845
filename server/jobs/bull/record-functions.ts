/**
 * What every script of a job's record begins with: functions of Lua that name its keys, count the images that it uses, move the line and
 * forget it. Keys of a kind of job, all behind one prefix: `job:ID` (a record), `all`, `of:OWNER`, `queued` (by place in line),
 * `running`, `finished`, `plain` (finished without a star), `starred`, `texts`, `keys` (of idempotency), `claims`, `uses` and `bytes` (of
 * images), `total`, `uploads`, `lines`, `tags`, `last`. Messages on the channel `events`: what happened, and to which job.
 */
import { Script } from "./script.ts";

const functions = `
local P = KEYS[1]
local call = redis.call
local function job(id) return P .. 'job:' .. id end
local function publish(what, id) call('PUBLISH', P .. 'events', what .. ' ' .. id) end
local function parse(files)
  local parsed = {}
  for sha, bytes in string.gmatch(files or '', '(%S+):(%d+)') do
    parsed[sha] = math.max(tonumber(bytes), parsed[sha] or 0)
  end
  return parsed
end
local function setFiles(id, files)
  local released = {}
  local before, after = parse(call('HGET', job(id), 'files') or ''), parse(files)
  for sha, bytes in pairs(after) do
    if before[sha] == nil then call('HINCRBY', P .. 'uses', sha, 1) end
    if bytes > 0 and call('HSETNX', P .. 'bytes', sha, bytes) == 1 then call('INCRBY', P .. 'total', bytes) end
  end
  for sha in pairs(before) do
    if after[sha] == nil and call('HINCRBY', P .. 'uses', sha, -1) <= 0 then
      call('HDEL', P .. 'uses', sha)
      call('DECRBY', P .. 'total', tonumber(call('HGET', P .. 'bytes', sha) or 0))
      call('HDEL', P .. 'bytes', sha)
      released[#released + 1] = sha
    end
  end
  call('HSET', job(id), 'files', files)
  return released
end
local function moved(rank)
  local behind = call('ZRANGE', P .. 'queued', rank, -1)
  for _, other in ipairs(behind) do call('HINCRBY', job(other), 'revision', 1) end
  if #behind > 0 then publish('moved', '*') end
end
local function leaveLine(id)
  local rank = call('ZRANK', P .. 'queued', id)
  if not rank then return end
  call('ZREM', P .. 'queued', id)
  moved(rank)
end
local function forget(id)
  local key = call('HGET', job(id), 'key') or ''
  if key ~= '' and call('HGET', P .. 'keys', key) == id then call('HDEL', P .. 'keys', key) end
  for _, set in ipairs({ 'all', 'finished', 'plain', 'starred' }) do call('ZREM', P .. set, id) end
  local owner = call('HGET', job(id), 'owner') or ''
  if owner ~= '' then call('ZREM', P .. 'of:' .. owner, id) end
  call('HDEL', P .. 'texts', id)
  local released = setFiles(id, '')
  call('DEL', job(id))
  return released
end
`;
/** A script that may call them, on the keys behind its prefix. */
export const recordScript = (lua: string): Script => new Script(functions + lua);
