-- Set absolute totals together with the cursor, if the board still stands at the cursor expected.
-- KEYS: meta, sorted set, reached. ARGV: cursor expected, cursor, beat, as_of, version (empty: rows are as they
-- were), records, subjects that are no longer listed.
local meta = redis.call('HMGET', KEYS[1], 'cursor', 'rows')
if meta[1] ~= ARGV[1] then return 0 end
-- A server short of memory may have thrown a part away.
local total = tonumber(meta[2])
if redis.call('ZCARD', KEYS[2]) ~= total or redis.call('HLEN', KEYS[3]) ~= total then return 0 end
local function forget(subject)
  local reached = redis.call('HGET', KEYS[3], subject)
  if reached then redis.call('ZREM', KEYS[2], reached .. subject) end
end
local records, gone = ARGV[6], ARGV[7]
for at = 1, #gone, 16 do
  local subject = string.sub(gone, at, at + 15)
  forget(subject)
  redis.call('HDEL', KEYS[3], subject)
end
for at = 1, #records, 32 do
  local high, low = struct.unpack('>I4I4', records, at)
  local member = string.sub(records, at + 8, at + 31)
  local subject = string.sub(member, 9)
  forget(subject)
  redis.call('ZADD', KEYS[2], string.format('%.0f', (high - 2147483648) * 4294967296 + low), member)
  redis.call('HSET', KEYS[3], subject, string.sub(member, 1, 8))
end
redis.call('HSET', KEYS[1], 'cursor', ARGV[2], 'as_of', ARGV[4], 'rows', redis.call('ZCARD', KEYS[2]))
-- A part of many: nobody reads the board until the last part has come.
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], 'beat') else redis.call('HSET', KEYS[1], 'beat', ARGV[3]) end
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'version', ARGV[5]) end
return 1
