-- The rank of each subject, 0 for one that is not on the board; nothing when the board is not loaded or too old.
-- ARGV: oldest age, subjects ...
local ranks = {}
for i = 2, #ARGV do
  local reached = redis.call('HGET', KEYS[3], ARGV[i])
  local score = reached and redis.call('ZSCORE', KEYS[2], reached .. ARGV[i])
  ranks[i - 1] = score and redis.call('ZCOUNT', KEYS[2], '-inf', '(' .. score) + 1 or 0
end
return ranks
