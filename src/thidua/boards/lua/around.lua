-- The rows around each subject: {version, as_of, total, earlier ranks, {index of the first, its rank, own index,
-- score of the next better, rows} ...}; an empty list for a subject that is not on the board.
-- KEYS[4], if given, and the next two are those of the period before: the earlier ranks are one for each row, in
-- order; nothing when that board is not loaded or too old. ARGV: oldest age, span, subjects ...
local span = tonumber(ARGV[2])
local answer, subjects = {meta[1], meta[2], total, false}, {}
local is_known = KEYS[4] and state_of(4)
for i = 3, #ARGV do
  local reached = redis.call('HGET', KEYS[3], ARGV[i])
  if reached then
    local member = reached .. ARGV[i]
    local index = redis.call('ZRANK', KEYS[2], member)
    local score = redis.call('ZSCORE', KEYS[2], member)
    local first = math.max(index - span - 1, 0)
    local rows = redis.call('ZRANGE', KEYS[2], first, index + span + 1, 'WITHSCORES')
    local rank = redis.call('ZCOUNT', KEYS[2], '-inf', '(' .. rows[2]) + 1
    local better = redis.call('ZREVRANGEBYSCORE', KEYS[2], '(' .. score, '-inf', 'WITHSCORES', 'LIMIT', 0, 1)
    answer[#answer + 1] = {first, rank, index, better[2] or '', rows}
    if is_known then
      for at = 1, #rows, 2 do subjects[#subjects + 1] = string.sub(rows[at], 9) end
    end
  else
    answer[#answer + 1] = {}
  end
end
if is_known then answer[4] = ranks_of(4, subjects) end
return answer
