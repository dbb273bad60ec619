"""The commands: their options, and what each does.

The modules with an `add_to` define the options and are imported at every start, so they import the rest inside the
functions: `botarmy --help` stays fast.
"""
