"""Shares what people in a flat pay for each other, to the cent."""
