"""On Linux: processes that end with their parent, and orphans that come back to their grandparent."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def end_with_parent(parent: int) -> None:
    """Have the kernel kill this process when `parent` dies, also if that has happened already."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent dies."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def tie_to_parent() -> None:
    """This process and all it forks from now on end with their parents."""
    end_with_parent(os.getppid())
    parent = os.getpid()

    def tie_child() -> None:
        nonlocal parent
        expected, parent = parent, os.getpid()
        end_with_parent(expected)

    os.register_at_fork(after_in_child=tie_child)
