-- The rank of each subject, 0 for one that is not on the board; nothing when the board is not loaded or too old.
-- ARGV: oldest age, subjects ...
table.remove(ARGV, 1)
return ranks_of(1, ARGV)
