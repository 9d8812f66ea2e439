"""Who may do what: so far the tokens of programs that call the API."""
