"""The JSON interface, version 1; the same names as the parts it speaks for."""
