"""The servers that come with us, started where no others are set."""

from dataclasses import dataclass
from pathlib import Path

from thidua.infra import postgres, valkey
from thidua.infra.home import home_of, leave
from thidua.infra.settings import Settings
from thidua.infra.supervise import Supervisor


@dataclass(frozen=True, slots=True)
class Servers:
    """Where PostgreSQL and Redis are, be they embedded or set from outside."""

    database_url: str
    redis_url: str


def start_servers(supervisor: Supervisor, settings: Settings, *, is_durable: bool = True) -> Servers:
    """Start what is not set from outside, below `supervisor`."""
    database_url, redis_url = settings.database_url, settings.redis_url
    if database_url and redis_url:
        return Servers(database_url, redis_url)
    home = home_of(settings.data_dir)
    if database_url is None:
        supervisor.start(postgres.postgres(home, is_durable=is_durable))
        postgres.create_database(home)
        database_url = postgres.url_of(home)
    if redis_url is None:
        supervisor.start(valkey.valkey(home))
        redis_url = valkey.url_of(home)
    return Servers(database_url, redis_url)


def stop_servers(supervisor: Supervisor, data_dir: Path) -> None:
    """Stop everything below `supervisor` and remove what lay outside `data_dir`."""
    supervisor.stop()
    leave(home_of(data_dir))
