"""The program inside the cage: it counts the tests, runs each in a process of its own, and keeps the score.

It runs under a bare Python of its own and never imports the files: only the children that it forks do. Nothing here
imports anything but the standard library, and imports of each other are relative, because there the package has
another name. What it must not trust is everything that a child says, prints or leaves behind.
"""
