-- Rows from an index, or behind a record: {version, as_of, total, index of the first, rank of the first, rows}.
-- Each row is (member, score); one more on either side, where there is one, tells ties.
-- ARGV: oldest age, start (empty: behind the record), record's score, its member, rows.

-- Bytes compared as bytes: the server's locale may order them otherwise.
local function is_after(a, b)
  for i = 1, #b do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x > y end
  end
  return false
end

local start = tonumber(ARGV[2])
if not start then
  local low = redis.call('ZCOUNT', KEYS[2], '-inf', '(' .. ARGV[3])
  local high = low + redis.call('ZCOUNT', KEYS[2], ARGV[3], ARGV[3])
  while low < high do
    local middle = math.floor((low + high) / 2)
    local member = redis.call('ZRANGE', KEYS[2], middle, middle)[1]
    if is_after(member, ARGV[4]) then high = middle else low = middle + 1 end
  end
  start = low
end
local first = math.max(start - 1, 0)
local rows = redis.call('ZRANGE', KEYS[2], first, start + tonumber(ARGV[5]), 'WITHSCORES')
local rank = 0
if rows[2] then rank = redis.call('ZCOUNT', KEYS[2], '-inf', '(' .. rows[2]) + 1 end
return {meta[1], meta[2], total, first, rank, rows, start}
