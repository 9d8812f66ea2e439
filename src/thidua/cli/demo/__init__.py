"""`thidua demo`: two provinces of made-up people whose history passes through the real engine."""
