"""Boards: who stands where, by which measure, where and when; always equal to the ledger."""
