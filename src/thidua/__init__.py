"""thidua (thi đua, emulation): points, badges, boards and commendation for digital literacy."""

import os

os.environ.setdefault("PICCOLO_CONF", "thidua.piccolo_conf")
