"""Tries to get out of the sandbox; prints one line per try: what, then denied or ALLOWED."""
import ctypes
import os
import socket
import stat
import sys

libc = ctypes.CDLL(None, use_errno=True)


def checked(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), "refused")


def write(path):
    with open(path, "w") as file:
        file.write("x")


def foreign_environment():
    for process in filter(str.isdigit, os.listdir("/proc")):
        if int(process) not in (os.getpid(), os.getppid()):
            with open(f"/proc/{process}/environ", "rb") as file:
                if file.read():
                    return
    raise PermissionError("only ours")


def kill_init():
    os.kill(1, 9)
    raise ProcessLookupError("the kernel ignores it")


def host_processes():
    if len([p for p in os.listdir("/proc") if p.isdigit()]) > 10:
        return
    raise PermissionError("only ours")


def read(path):
    with open(path, "rb") as file:
        file.read(1)


def nothing_in(path):
    if not os.listdir(path):
        raise FileNotFoundError("empty")


def raw_socket():
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()


tries = {
    "write to /usr": lambda: write("/usr/x"),
    "write to /app": lambda: write("/app/x"),
    "write to /": lambda: write("/x"),
    "write to /etc/passwd": lambda: write("/etc/passwd"),
    "see the data folder": lambda: nothing_in(sys.argv[1]),
    "see another volume": lambda: nothing_in(sys.argv[1] + "/volumes"),
    "see homes": lambda: nothing_in("/root" if os.path.exists("/root") else "/home"),
    "mount": lambda: checked(libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)),
    "kill init": kill_init,
    "another's environment": foreign_environment,
    "processes of the host": host_processes,
    "mknod": lambda: os.mknod("/tmp/disk", stat.S_IFBLK | 0o600, os.makedev(8, 0)),
    "read shadow": lambda: read("/etc/shadow"),
    "kernel log": lambda: read("/dev/kmsg"),
    "chroot": lambda: os.chroot("/tmp"),
    "raw socket": raw_socket,
    "core pattern": lambda: write("/proc/sys/kernel/core_pattern"),
    "sys": lambda: nothing_in("/sys"),
    "become root": lambda: os.setuid(0),
    "host name": lambda: socket.sethostname("owned"),
    "write to the lock": lambda: write("/run/backendim/lock"),
}
for name, attempt in tries.items():
    try:
        attempt()
        print(f"{name}: ALLOWED", flush=True)
    except (OSError, ValueError) as refused:
        print(f"{name}: denied", flush=True)
