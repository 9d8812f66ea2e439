"""`thidua bench`: how fast this machine does the work, beside its raw limits, on throw-away data."""
