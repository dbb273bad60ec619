"""Run a program that insists on an entry for its user in /etc/passwd where there is none, as in many containers.

Run as a script, without site-packages: `python -I -S passwd.py command...`. While the command runs, it and what it
starts find in /etc/passwd what is there, and a line for the user beside it. Nothing on disk changes, and no privilege
is needed: the kernel asks us about each file they open (seccomp's user notification, Linux 5.9), and for this one we
put another in its place. The exit code is the command's.
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
"""By machine: what the kernel calls it, and the number of the system call by which the C library opens a file."""
SECCOMP = {"x86_64": 317, "aarch64": 277}

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER = 1, 8
SECCOMP_RET_USER_NOTIF, SECCOMP_RET_ALLOW = 0x7FC00000, 0x7FFF0000
SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1
BPF_LOAD_WORD, BPF_JUMP_IF_EQUAL, BPF_RETURN = 0x20, 0x15, 0x06
NUMBER_AT, MACHINE_AT = 0, 4  # in struct seccomp_data

RECEIVE, SEND, ADD_DESCRIPTOR = 0xC0502100, 0xC0182101, 0x40182103  # ioctls
REQUEST = struct.Struct("=QII iIQ 6Q")  # struct seccomp_notif: id, pid, flags; number, machine, place, arguments
RESPONSE = struct.Struct("=QqiI")  # struct seccomp_notif_resp: id, value, error, flags
DESCRIPTOR = struct.Struct("=QIIII")  # struct seccomp_notif_addfd: id, flags, ours, theirs, flags of theirs

NOT_LENT = "user {} has no entry in /etc/passwd, which initdb needs, and the kernel does not let us lend one: {}"


def watch_openings() -> int:
    """Have every `openat` of this process and its descendants wait for an answer; where to answer.

    Raises:
        OSError: the kernel does not let us.
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
    """Answer every opening until nobody is left to ask: `passwd` for PASSWD, others go on as if we were not there."""
    events = select.poll()
    events.register(listener, select.POLLIN)
    while not events.poll()[0][1] & select.POLLHUP:
        asked = bytearray(REQUEST.size)
        try:
            fcntl.ioctl(listener, RECEIVE, asked)
            key, pid, _, _, _, _, _, name, *_ = REQUEST.unpack(asked)
            if _names_passwd(pid, name):
                response = RESPONSE.pack(key, _lend(listener, key, passwd), 0, 0)
            else:
                response = RESPONSE.pack(key, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE)
            fcntl.ioctl(listener, SEND, response)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ESRCH, errno.EINTR):  # who asked was killed meanwhile
                raise


def _names_passwd(pid: int, address: int) -> bool:
    wanted = os.fsencode(PASSWD) + b"\0"
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:  # noqa: PTH123 - one of thousands
        memory.seek(address)
        return memory.read(len(wanted)) == wanted


def _lend(listener: int, key: int, passwd: bytes) -> int:
    """Open `passwd` in the process that asks; its descriptor there."""
    ours = os.memfd_create("passwd")
    try:
        os.write(ours, passwd)
        os.lseek(ours, 0, os.SEEK_SET)
        request = bytearray(DESCRIPTOR.pack(key, 0, ours, 0, os.O_CLOEXEC))
        return int(fcntl.ioctl(listener, ADD_DESCRIPTOR, request))
    finally:
        os.close(ours)


def run(command: list[str], ours: socket.socket, parent: int) -> None:
    """In the child: be watched, and become the command."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
    try:
        listener = watch_openings()
    except (OSError, KeyError) as refused:
        sys.exit(NOT_LENT.format(os.getuid(), refused))
    socket.send_fds(ours, [b"."], [listener])
    os.close(listener)
    os.execv(command[0], command)  # noqa: S606 - to become it, as it is, is the point


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
        except OSError as refused:
            sys.exit(NOT_LENT.format(os.getuid(), refused))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
