-- What state a board is in: {version, as_of}, or nothing when it is not loaded or was not heard of in time.
-- KEYS and ARGV: as fresh.lua.
return {meta[1], meta[2]}
