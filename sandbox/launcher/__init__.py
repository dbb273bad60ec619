"""The program that sets up the confinement, runs the tests in it, and cleans up.

It runs in a process of its own, started without site-packages: nothing here imports anything but the standard library,
and its modules import each other by relative names, because in that process `launcher` is a top-level package.
"""
