"""Open Badges 3.0: what is signed about awards, whether it holds, and the like of others."""
