"""Values every part shares: identifiers, points, periods, errors. Imports nothing of ours."""
