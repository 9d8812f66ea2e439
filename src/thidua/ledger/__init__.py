"""The ledger: an append-only book of points, the totals kept beside it, and what scoring keeps at hand."""
