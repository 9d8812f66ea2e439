"""The application on a machine whose clock is wrong by SKEW_MINUTES."""

import os
from datetime import datetime, timedelta

from thidua.infra import clock

_right = clock.now


def _wrong() -> datetime:
    return _right() + timedelta(minutes=float(os.environ["SKEW_MINUTES"]))


clock.now = _wrong

from thidua.web.app import app  # noqa: E402 -- it reads the clock by name, so the clock is set first

__all__ = ["app"]
