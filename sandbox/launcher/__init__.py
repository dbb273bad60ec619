"""The program that builds the cage, runs the tests in it, and takes it down.

It runs in a process of its own, started without site-packages: nothing here imports anything but the standard library,
and imports of each other are relative, because here `launcher` is a top-level package.
"""
