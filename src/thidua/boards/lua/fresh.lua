-- Before every script that reads: whether the board is loaded whole and was heard of in time; if not, nothing.
-- KEYS: meta, sorted set, reached. ARGV[1]: oldest age in microseconds. Gives `meta` (version, as_of) and `total`.
local now = redis.call('TIME')
local function state_of(first)
  local meta = redis.call('HMGET', KEYS[first], 'version', 'as_of', 'beat', 'rows')
  if not meta[3] then return end
  local age = now[1] * 1000000 + now[2] - tonumber(meta[3])
  if age > tonumber(ARGV[1]) or age < -tonumber(ARGV[1]) then return end
  -- A server short of memory may have thrown a part away.
  local total = redis.call('ZCARD', KEYS[first + 1])
  if total ~= tonumber(meta[4]) or redis.call('HLEN', KEYS[first + 2]) ~= total then return end
  return meta, total
end
local meta, total = state_of(1)
if not meta then return false end
