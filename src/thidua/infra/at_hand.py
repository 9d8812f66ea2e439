"""The servers for a command that must work whether an instance runs or not."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from thidua.infra.database import point_at
from thidua.infra.embedded import Servers, start_servers, stop_servers
from thidua.infra.errors import StartError
from thidua.infra.instance import held, running
from thidua.infra.settings import Settings
from thidua.infra.supervise import Supervisor


@contextmanager
def servers_at_hand(chosen: Settings, *, may_run: bool) -> Iterator[Servers]:
    """The servers that are set or run here, else those of the data directory, started for as long as needed.

    Unless `may_run`, an instance that runs here is refused.
    """
    found = running(chosen.data_dir)
    if found is not None and chosen.database_url is None:
        if not may_run:
            raise StartError(f"thidua runs here (process {found.pid}): stop it first.")
        servers = Servers(found.database_url, found.redis_url)
        point_at(servers.database_url)
        yield servers
        return
    if chosen.database_url is not None and chosen.redis_url is not None:
        point_at(chosen.database_url)
        yield Servers(chosen.database_url, chosen.redis_url)
        return
    with ExitStack() as cleanup:
        cleanup.enter_context(held(chosen.data_dir))
        supervisor = Supervisor()
        cleanup.callback(stop_servers, supervisor, chosen.data_dir)
        servers = start_servers(supervisor, chosen)
        point_at(servers.database_url)
        yield servers
