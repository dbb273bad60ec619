"""Checks whether BotArmy runs on this interpreter and system. If not, prints the reason in one line and exits with 3.

Every Python since 2.7 must be able to parse this file.
"""

import platform
import sys
import sysconfig


def why_not():
    name = "Python %d.%d.%d" % sys.version_info[:3]
    if sys.version_info < (3, 11):
        return name + " is too old: BotArmy needs 3.11 to 3.14"
    if sys.version_info >= (3, 15):
        return name + " is too new: BotArmy needs 3.11 to 3.14"
    if sys.platform not in ("linux", "darwin"):
        return "BotArmy runs on Linux and macOS; on Windows, in WSL 2"
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return name + " is not standard CPython, for which BotArmy's packages are built"
    machine = platform.machine()
    if machine not in ("x86_64", "aarch64", "arm64") or sys.maxsize < 2**32:
        return "BotArmy runs on 64-bit x86 and ARM; this Python is for %s" % sysconfig.get_platform()
    if sys.platform == "linux":
        libc, version = platform.libc_ver()
        if libc != "glibc":
            return "BotArmy needs glibc, as in Debian, Ubuntu or Fedora; this is %s (Alpine is not supported)" % (
                libc or "another C library"
            )
        if tuple(map(int, version.split(".")[:2])) < (2, 28):
            return "BotArmy needs glibc 2.28 or newer; this is %s" % version
    elif tuple(map(int, platform.mac_ver()[0].split(".")[:2])) < (10, 16):  # as some Pythons call macOS 11
        return "BotArmy needs macOS 11 or newer; this is %s" % platform.mac_ver()[0]
    return None


if __name__ == "__main__":
    reason = why_not()
    if reason:
        print(reason)
        sys.exit(3)
