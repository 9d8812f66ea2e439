"""Activities: what people did; facts, no points."""
