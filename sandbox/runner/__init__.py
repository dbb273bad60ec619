"""The program inside the sandbox: finds the tests, runs each in a process of its own, and reports the outcomes.

It runs under a bare Python and never imports the files: only the children that it forks do. Nothing here imports
anything but the standard library, and its modules import each other by relative names, because in the sandbox the
package has another name. Nothing that a child reports, prints or leaves behind is trusted.
"""
