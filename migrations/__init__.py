"""How the tables of `models` came about: one revision a change, see `versions`."""
