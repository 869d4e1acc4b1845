/** Buckets of requests that all HTTP processes of a queue server spend from, by the server's own clock. */
import { type Connection, withQueueErrors } from "./connection.ts";
import { Script } from "./script.ts";

/** (name, requests a minute) → 0, or the milliseconds after which there is one again. A bucket that is forgotten is full. */
const spend = new Script(`
local key, perMinute = KEYS[1] .. 'rate:' .. ARGV[1] .. ':' .. ARGV[2], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local record = redis.call('HMGET', key, 'left', 'at')
local left = tonumber(record[1] or perMinute)
left = math.min(perMinute, left + math.max(0, now - tonumber(record[2] or now)) * perMinute / 60000)
local wait = 0
if left >= 1 then left = left - 1 else wait = math.ceil((1 - left) * 60000 / perMinute) end
redis.call('HSET', key, 'left', string.format('%.6f', left), 'at', string.format('%.0f', now))
redis.call('PEXPIRE', key, 60000)
return wait
`);

/** @returns 0, or the milliseconds after which there is one again @throws AppError queue_unavailable */
export const spendShared = (client: Connection, prefix: string, name: string, perMinute: number): Promise<number> =>
  withQueueErrors(async () => Number(await spend.run(client, `${prefix}:`, name, perMinute)));
