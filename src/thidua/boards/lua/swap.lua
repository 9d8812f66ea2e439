-- Let a loaded board take the place of the one before it, together with its cursor.
-- KEYS: meta, sorted set, reached, new sorted set, new reached. ARGV: rows expected, then meta fields and values.
local loaded = redis.call('ZCARD', KEYS[4])
if loaded ~= tonumber(ARGV[1]) or redis.call('HLEN', KEYS[5]) ~= loaded then
  redis.call('UNLINK', KEYS[4], KEYS[5])
  return 0
end
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3])
if loaded > 0 then
  redis.call('RENAME', KEYS[4], KEYS[2])
  redis.call('PERSIST', KEYS[2])
  redis.call('RENAME', KEYS[5], KEYS[3])
  redis.call('PERSIST', KEYS[3])
end
redis.call('HSET', KEYS[1], 'rows', loaded, unpack(ARGV, 2))
return 1
