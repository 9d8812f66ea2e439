"""Settings are read once, checked, and never shown with their secrets."""

from pathlib import Path

import pytest

from thidua.infra.errors import SettingError
from thidua.infra.settings import masked, read_settings


def test_without_any_variable_there_are_defaults() -> None:
    found = read_settings({})

    assert (found.host, found.port, found.workers, found.database_url) == ("127.0.0.1", 8000, 2, None)
    assert found.data_dir.name == "data"


def test_variables_are_typed() -> None:
    found = read_settings({"THIDUA_PORT": "81", "THIDUA_DEMO": "1", "THIDUA_DATA_DIR": "/srv/thidua"})

    assert (found.port, found.demo, found.data_dir) == (81, True, Path("/srv/thidua"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THIDUA_PORT", "eighty"),
        ("THIDUA_PORT", "65536"),
        ("THIDUA_WORKERS", "0"),
        ("THIDUA_DEMO", "perhaps"),
        ("THIDUA_DATABASE_URL", "mysql://here"),
        ("THIDUA_REDIS_URL", "memcached://here"),
        ("THIDUA_RULEBOOK", "/nowhere/book.toml"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=name):
        read_settings({name: value})


def test_a_password_is_never_shown() -> None:
    assert masked("postgresql://thidua:tr%C3%A0@db/thidua") == "postgresql://thidua:***@db/thidua"
