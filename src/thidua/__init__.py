"""thidua (thi đua, emulation): points, badges, live boards and commendation for digital literacy movements."""

import os

os.environ.setdefault("PICCOLO_CONF", "thidua.piccolo_conf")
