"""HTTP only: pages and JSON. A function here parses, asks a part, and shows the answer."""
