"""Builders fill in what does not matter; a test writes down only what does."""
