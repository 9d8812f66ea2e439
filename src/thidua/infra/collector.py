"""Python's garbage collector, told that this is a server.

Reference counts free nearly all we make. With the default thresholds the collector walked every cached card
again and again, a third of the price of recording an activity (162 us of Python with, 111 without it), and
half the price of following it for badges.
"""

import gc

# New containers between two looks at the youngest; looks at these a look at the middle; likewise the oldest.
_YOUNG, _MIDDLE, _OLD = 200_000, 20, 50


def calm() -> None:
    """Leave alone what exists by now, and look for cycles a few hundred times less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
