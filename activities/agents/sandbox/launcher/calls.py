"""System call numbers that the filter speaks of, by machine."""

SOCKETS = {
    # Local ones too: they would reach the servers of this machine.
    "x86_64": {"socket": 41, "connect": 42},
    "aarch64": {"socket": 198, "connect": 203},
}

INTRUSIVE = {
    # They reach into other processes, or widen what of the kernel can be attacked.
    "x86_64": {
        "ptrace": 101,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "perf_event_open": 298,
        "bpf": 321,
        "mount": 165,
        "pivot_root": 155,
        "unshare": 272,
        "setns": 308,
        "open_by_handle_at": 304,
        "add_key": 248,
        "request_key": 249,
        "keyctl": 250,
        "userfaultfd": 323,
        "kexec_load": 246,
    },
    "aarch64": {
        "ptrace": 117,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "perf_event_open": 241,
        "bpf": 280,
        "mount": 40,
        "pivot_root": 41,
        "unshare": 97,
        "setns": 268,
        "open_by_handle_at": 265,
        "add_key": 217,
        "request_key": 218,
        "keyctl": 219,
        "userfaultfd": 282,
        "kexec_load": 104,
    },
}

INTRUSIVE_EVERYWHERE = {
    # The newer ones have the same number on every machine. io_uring opens sockets past any filter.
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "mount_setattr": 442,
    "pidfd_send_signal": 424,
    "pidfd_getfd": 438,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
}

SIGNALS = {
    # Each names its target first.
    "x86_64": {"kill": 62, "tgkill": 234, "tkill": 200, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297},
    "aarch64": {"kill": 129, "tgkill": 131, "tkill": 130, "rt_sigqueueinfo": 138, "rt_tgsigqueueinfo": 240},
}

CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435
