-- Put records into a board that is being loaded. KEYS: new sorted set, new reached. ARGV: records, best first.
-- The worst go in first: each then finds its place at the head at once.
local records = ARGV[1]
local scored, reached = {}, {}
for at = #records - 31, 1, -32 do
  local high, low = struct.unpack('>I4I4', records, at)
  local member = string.sub(records, at + 8, at + 31)
  scored[#scored + 1] = string.format('%.0f', (high - 2147483648) * 4294967296 + low)
  scored[#scored + 1] = member
  reached[#reached + 1] = string.sub(member, 9)
  reached[#reached + 1] = string.sub(member, 1, 8)
end
redis.call('ZADD', KEYS[1], unpack(scored))
redis.call('HSET', KEYS[2], unpack(reached))
return #scored / 2
