"""Badges: their folders, how they are earned, their pictures, and credentials that anyone can verify."""
