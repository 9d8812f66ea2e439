"""Where the parts meet: record, moderate, recalculate, announce, seal. One action, one transaction."""
