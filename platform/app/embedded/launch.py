"""Becomes another program, tied to its parent's life. Run as a script; standard library only.

    python -I -S launch.py PARENT_PID SIGNAL UID GID PROGRAM ARGUMENT…

A child that must end with its parent has to call prctl between fork and exec, after giving up root (a
change of user clears the setting). Doing that in ``preexec_fn`` is unsafe in a process with threads; this
script does it in a process of its own, which then becomes the program: same process id, so the parent's
handle stays right. UID -1 keeps the user.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """Drop rights, tie to the parent, become the program."""
    parent, signal_number, uid, gid = (int(word) for word in argv[:4])
    program = argv[4:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)  # the parent ended before the tie was made
    os.umask(0o077)
    os.chdir("/")
    try:
        os.execv(program[0], program)
    except OSError as error:
        print(f"cannot run {program[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
