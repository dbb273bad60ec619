"""Run a program that requires an /etc/passwd entry for its user if there is none, as in many containers.

Run as a script, without site-packages: `python -I -S passwd_shim.py command...`. The command and its children see
/etc/passwd with one more line, for the user. Nothing on disk changes, and no privilege is needed: the kernel notifies
this process of each file they open (seccomp user notification, Linux 5.9), and it substitutes this one file. The exit
code is the command's.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import select
import signal
import socket
import struct
import sys
from pathlib import Path

PASSWD = Path("/etc/passwd")
OPENAT = {"x86_64": (0xC000003E, 257), "aarch64": (0xC00000B7, 56)}
"""By machine: its audit number, and the number of the system call with which the C library opens a file."""
SECCOMP = {"x86_64": 317, "aarch64": 277}

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER = 1, 8
SECCOMP_RET_USER_NOTIF, SECCOMP_RET_ALLOW = 0x7FC00000, 0x7FFF0000
SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1
BPF_LOAD_WORD, BPF_JUMP_IF_EQUAL, BPF_RETURN = 0x20, 0x15, 0x06
NUMBER_AT, MACHINE_AT = 0, 4  # in struct seccomp_data

RECEIVE, SEND, ADD_DESCRIPTOR = 0xC0502100, 0xC0182101, 0x40182103  # ioctls
REQUEST = struct.Struct("=QII iIQ 6Q")  # struct seccomp_notif: id, pid, flags; number, machine, address, arguments
RESPONSE = struct.Struct("=QqiI")  # struct seccomp_notif_resp: id, value, error, flags
DESCRIPTOR = struct.Struct("=QIIII")  # struct seccomp_notif_addfd: id, flags, our descriptor, theirs, its flags

NO_ENTRY = "user {} has no entry in /etc/passwd, which initdb needs, and the kernel does not allow adding one: {}"


def install_filter() -> int:
    """Suspend every `openat` of this process and its descendants until it is answered. Return the listener.

    Raises:
        OSError: the kernel does not permit it.
    """
    machine, number = OPENAT[platform.machine()]
    steps = [
        (BPF_LOAD_WORD, 0, 0, MACHINE_AT),
        (BPF_JUMP_IF_EQUAL, 0, 3, machine),
        (BPF_LOAD_WORD, 0, 0, NUMBER_AT),
        (BPF_JUMP_IF_EQUAL, 0, 1, number),
        (BPF_RETURN, 0, 0, SECCOMP_RET_USER_NOTIF),
        (BPF_RETURN, 0, 0, SECCOMP_RET_ALLOW),
    ]
    filters = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(filters))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    call = (SECCOMP[platform.machine()], SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER)
    listener: int = libc.syscall(*map(ctypes.c_long, call), program)
    if listener < 0:
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")
    return listener


def answer(listener: int, passwd: bytes) -> None:
    """Answer every `openat` until the last process has exited: `passwd` for PASSWD, the real file for others."""
    events = select.poll()
    events.register(listener, select.POLLIN)
    while not events.poll()[0][1] & select.POLLHUP:
        notification = bytearray(REQUEST.size)
        try:
            fcntl.ioctl(listener, RECEIVE, notification)
            key, pid, _, _, _, _, _, name, *_ = REQUEST.unpack(notification)
            if _names_passwd(pid, name):
                response = RESPONSE.pack(key, _open_substitute(listener, key, passwd), 0, 0)
            else:
                response = RESPONSE.pack(key, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE)
            fcntl.ioctl(listener, SEND, response)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ESRCH, errno.EINTR):  # the process was killed meanwhile
                raise


def _names_passwd(pid: int, address: int) -> bool:
    expected = os.fsencode(PASSWD) + b"\0"
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:  # noqa: PTH123 - called thousands of times
        memory.seek(address)
        return memory.read(len(expected)) == expected


def _open_substitute(listener: int, key: int, passwd: bytes) -> int:
    """Open `passwd` in the notifying process. Return its descriptor there."""
    ours = os.memfd_create("passwd")
    try:
        os.write(ours, passwd)
        os.lseek(ours, 0, os.SEEK_SET)
        request = bytearray(DESCRIPTOR.pack(key, 0, ours, 0, os.O_CLOEXEC))
        return int(fcntl.ioctl(listener, ADD_DESCRIPTOR, request))
    finally:
        os.close(ours)


def run(command: list[str], ours: socket.socket, parent: int) -> None:
    """In the child: install the filter, and exec the command."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    try:
        listener = install_filter()
    except (OSError, KeyError) as error:
        sys.exit(NO_ENTRY.format(os.getuid(), error))
    socket.send_fds(ours, [b"."], [listener])
    os.close(listener)
    os.execv(command[0], command)  # noqa: S606 - replacing this process is the purpose


def main() -> None:
    ours, theirs = socket.socketpair()
    here = os.getpid()
    child = os.fork()
    if child == 0:
        ours.close()
        run(sys.argv[1:], theirs, here)
    theirs.close()
    if listeners := socket.recv_fds(ours, 1, 1)[1]:
        line = f"botarmy:x:{os.getuid()}:{os.getgid()}::/:/bin/sh\n"
        passwd = PASSWD.read_bytes() if PASSWD.exists() else b""
        try:
            answer(listeners[0], passwd.rstrip(b"\n") + b"\n" + line.encode())
        except OSError as error:
            sys.exit(NO_ENTRY.format(os.getuid(), error))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
