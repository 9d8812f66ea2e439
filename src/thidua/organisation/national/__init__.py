"""What every instance begins with: the country, 34 provinces, 3,321 communes. README.md names the sources."""
