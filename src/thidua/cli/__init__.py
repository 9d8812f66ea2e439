"""The `thidua` command: one file a command."""
