"""Scoring: facts and a rulebook in, awards out. Pure: no clock, no database, no chance (SCORING.md)."""
