"""The embedded stack: real servers from wheels, started, supervised and stopped as one.

`embedded.embedded_servers` gives tests and benchmarks the servers alone; `stack.Stack` is what `botarmy up` runs.
Importing this package imports nothing else, so that `botarmy --help` stays quick.
"""
