"""System call numbers for the filter, by architecture."""

Numbers = dict[str, dict[str, int]]

SOCKETS: Numbers = {
    # Unix sockets too: they would reach the servers of this machine. Socket pairs, which have no address, are allowed.
    "x86_64": {
        "socket": 41,
        "connect": 42,
        "accept": 43,
        "sendmsg": 46,
        "bind": 49,
        "listen": 50,
        "accept4": 288,
        "sendmmsg": 307,
    },
    "aarch64": {
        "socket": 198,
        "bind": 200,
        "listen": 201,
        "accept": 202,
        "connect": 203,
        "sendmsg": 211,
        "accept4": 242,
        "sendmmsg": 269,
    },
}

SHARED: Numbers = {
    # They outlive the process that made them, or hold memory that no limit counts.
    "x86_64": {
        "shmget": 29,
        "shmat": 30,
        "shmctl": 31,
        "semget": 64,
        "semop": 65,
        "semctl": 66,
        "msgget": 68,
        "msgsnd": 69,
        "msgrcv": 70,
        "msgctl": 71,
        "semtimedop": 220,
        "mq_open": 240,
        "mq_unlink": 241,
        "mq_timedsend": 242,
        "mq_timedreceive": 243,
        "mq_notify": 244,
        "mq_getsetattr": 245,
        "memfd_create": 319,
    },
    "aarch64": {
        "mq_open": 180,
        "mq_unlink": 181,
        "mq_timedsend": 182,
        "mq_timedreceive": 183,
        "mq_notify": 184,
        "mq_getsetattr": 185,
        "msgget": 186,
        "msgctl": 187,
        "msgrcv": 188,
        "msgsnd": 189,
        "semget": 190,
        "semctl": 191,
        "semtimedop": 192,
        "semop": 193,
        "shmget": 194,
        "shmctl": 195,
        "shmat": 196,
        "memfd_create": 279,
    },
}

INTRUSIVE: Numbers = {
    # They reach into other processes, or widen the kernel's attack surface.
    "x86_64": {
        "ptrace": 101,
        "syslog": 103,
        "pivot_root": 155,
        "mount": 165,
        "kexec_load": 246,
        "add_key": 248,
        "request_key": 249,
        "keyctl": 250,
        "ioprio_set": 251,
        "migrate_pages": 256,
        "unshare": 272,
        "move_pages": 279,
        "perf_event_open": 298,
        "open_by_handle_at": 304,
        "setns": 308,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "kcmp": 312,
        "bpf": 321,
        "userfaultfd": 323,
    },
    "aarch64": {
        "ioprio_set": 30,
        "mount": 40,
        "pivot_root": 41,
        "unshare": 97,
        "kexec_load": 104,
        "syslog": 116,
        "ptrace": 117,
        "add_key": 217,
        "request_key": 218,
        "keyctl": 219,
        "migrate_pages": 238,
        "move_pages": 239,
        "perf_event_open": 241,
        "open_by_handle_at": 265,
        "setns": 268,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "kcmp": 272,
        "bpf": 280,
        "userfaultfd": 282,
    },
}

EVERYWHERE = {
    # Newer calls have the same number on every architecture. io_uring opens sockets past any filter.
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "pidfd_getfd": 438,
    "process_madvise": 440,
    "mount_setattr": 442,
    "memfd_secret": 447,
    "process_mrelease": 448,
    "open_tree_attr": 467,
}

SIGNALS: Numbers = {
    "x86_64": {"kill": 62, "tgkill": 234, "tkill": 200, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297},
    "aarch64": {"kill": 129, "tgkill": 131, "tkill": 130, "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240},
}

OWN_ONLY: Numbers = {
    # The first argument is a process, or the kind of the next one (setpriority); 0 means the caller.
    "x86_64": {
        "setpriority": 141,
        "sched_setparam": 142,
        "sched_setscheduler": 144,
        "sched_setaffinity": 203,
        "prlimit64": 302,
        "sched_setattr": 314,
    },
    "aarch64": {
        "sched_setparam": 118,
        "sched_setscheduler": 119,
        "sched_setaffinity": 122,
        "setpriority": 140,
        "prlimit64": 261,
        "sched_setattr": 274,
    },
}

MODES: Numbers = {
    # Landlock does not cover them: a file's owner may change its mode and times anywhere.
    "x86_64": {
        "chmod": 90,
        "fchmod": 91,
        "utime": 132,
        "utimes": 235,
        "futimesat": 261,
        "fchmodat": 268,
        "utimensat": 280,
        "fchmodat2": 452,
    },
    "aarch64": {"fchmod": 52, "fchmodat": 53, "utimensat": 88, "fchmodat2": 452},
}

OWNERS: Numbers = {
    # Landlock does not cover these either.
    "x86_64": {
        "chown": 92,
        "fchown": 93,
        "lchown": 94,
        "setxattr": 188,
        "lsetxattr": 189,
        "fsetxattr": 190,
        "removexattr": 197,
        "lremovexattr": 198,
        "fremovexattr": 199,
        "fchownat": 260,
        "setxattrat": 463,
        "removexattrat": 466,
        "file_setattr": 469,
    },
    "aarch64": {
        "setxattr": 5,
        "lsetxattr": 6,
        "fsetxattr": 7,
        "removexattr": 14,
        "lremovexattr": 15,
        "fremovexattr": 16,
        "fchownat": 54,
        "fchown": 55,
        "setxattrat": 463,
        "removexattrat": 466,
        "file_setattr": 469,
    },
}

TRUNCATE = {"x86_64": 76, "aarch64": 45}
SENDTO = {"x86_64": 44, "aarch64": 206}
SOCKETPAIR = {"x86_64": 53, "aarch64": 199}
FCNTL = {"x86_64": 72, "aarch64": 25}
IOCTL = {"x86_64": 16, "aarch64": 29}
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435

SIGNAL_OWNERS = (8, 10, 15)
"""Of fcntl: F_SETOWN, F_SETSIG, F_SETOWN_EX. The owner of a descriptor receives signals."""
TERMINAL_TRICKS = (0x8901, 0x8902, 0x5412, 0x541C)
"""Of ioctl: FIOSETOWN and SIOCSPGRP, which do the same; TIOCSTI and TIOCLINUX, which inject input into a terminal."""
