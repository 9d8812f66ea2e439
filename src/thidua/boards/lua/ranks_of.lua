-- The ranks of subjects on the board whose keys begin at KEYS[first], 0 for one that is not on it.
local function ranks_of(first, subjects)
  local ranks, by_score = {}, {}
  for from = 1, #subjects, 1000 do
    local last = math.min(from + 999, #subjects)
    local members = redis.call('HMGET', KEYS[first + 2], unpack(subjects, from, last))
    for i = 1, #members do
      -- No member is empty: who is not on the board has no score.
      members[i] = members[i] and members[i] .. subjects[from + i - 1] or ''
    end
    local scores = redis.call('ZMSCORE', KEYS[first + 1], unpack(members))
    for i = 1, #scores do
      local score = scores[i]
      if score and not by_score[score] then
        by_score[score] = redis.call('ZCOUNT', KEYS[first + 1], '-inf', '(' .. score) + 1
      end
      ranks[from + i - 1] = score and by_score[score] or 0
    end
  end
  return ranks
end
