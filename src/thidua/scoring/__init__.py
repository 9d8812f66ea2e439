"""Scoring: facts and a rulebook in, awards out. Pure: no clock, no database, no chance (docs/scoring.md)."""
