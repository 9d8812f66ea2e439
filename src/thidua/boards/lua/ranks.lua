-- The rank of each subject, 0 for one that is not on the board; nothing when the board is not loaded or too old.
-- ARGV: oldest age, subjects ...
local ranks, by_score = {}, {}
for first = 2, #ARGV, 1000 do
  local last = math.min(first + 999, #ARGV)
  local members = redis.call('HMGET', KEYS[3], unpack(ARGV, first, last))
  for i = 1, #members do
    -- No member is empty: who is not on the board has no score.
    members[i] = members[i] and members[i] .. ARGV[first + i - 1] or ''
  end
  local scores = redis.call('ZMSCORE', KEYS[2], unpack(members))
  for i = 1, #scores do
    local score = scores[i]
    if score and not by_score[score] then
      by_score[score] = redis.call('ZCOUNT', KEYS[2], '-inf', '(' .. score) + 1
    end
    ranks[first + i - 2] = score and by_score[score] or 0
  end
end
return ranks
