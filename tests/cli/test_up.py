"""`thidua up`: one port has one instance."""

import os
import socket
import subprocess
import sys

import pytest

from tests.support.folders import open_folder


@pytest.mark.parametrize("is_listening", [True, False])
@pytest.mark.timeout(60)
def test_a_port_that_somebody_holds_is_refused_before_anything_starts(*, is_listening: bool) -> None:
    with open_folder() as folder, socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as our own web processes share theirs
        holder.bind(("127.0.0.1", 0))
        if is_listening:
            holder.listen()
        port = holder.getsockname()[1]
        plain = {name: value for name, value in os.environ.items() if not name.startswith("THIDUA_")}
        settings = {"THIDUA_DATA_DIR": str(folder / "data"), "THIDUA_PORT": str(port), "THIDUA_DEMO": "0"}

        refused = subprocess.run(
            [sys.executable, "-m", "thidua", "up"],
            env=plain | settings,
            capture_output=True,
            text=True,
            check=False,
        )

        assert refused.returncode == 1
        assert f"{port}: " in refused.stderr
        assert not (folder / "data" / "postgres").exists()
