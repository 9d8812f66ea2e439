"""`python -m thidua` is the `thidua` command."""

from thidua.cli.main import main

main()
