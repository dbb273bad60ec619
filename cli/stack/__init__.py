"""The embedded stack: real servers from wheels, started, supervised and stopped as one.

`stack.Stack` is what `botarmy up` runs; `embedded.embedded_servers` runs only the servers, for tests and benchmarks.
This package imports nothing, so that `botarmy --help` starts fast.
"""
