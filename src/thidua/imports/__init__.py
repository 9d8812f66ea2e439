"""Office files of people, teams and activities: read, shown back row by row, mended, confirmed, undone."""
