"""The national tree: complete, the same everywhere, loaded once."""

from datetime import datetime
from time import perf_counter

import asyncpg

from tests.support.promises import Promise
from thidua.organisation.actions import put_units
from thidua.organisation.national.load import id_of, load, national_units


def test_it_has_34_provinces_and_3321_communes_under_one_country() -> None:
    units = national_units().values()

    kinds = [unit["kind"] for unit in units]
    assert (kinds.count("central"), kinds.count("province"), kinds.count("commune")) == (1, 34, 3321)
    assert {unit["parent"] for unit in units if unit["kind"] == "commune"} == {
        unit["code"] for unit in units if unit["kind"] == "province"
    }


def test_names_are_given_in_both_languages() -> None:
    units = national_units()

    assert (units["C-03394"]["name"], units["C-03394"]["name_en"]) == (
        "Xã Sin Suối Hồ",
        "Sin Suối Hồ Commune",
    )
    assert (units["P-12"]["name"], units["P-12"]["name_en"]) == ("Lai Châu", "Lai Châu Province")
    assert units["P-01"]["name_en"] == "Hà Nội City"
    assert units["C-31078"]["name_en"] == "Phú Quốc Special Zone"
    assert units["C-00070"]["name_en"] == "Hoàn Kiếm Ward"


def test_the_thirteen_special_zones_are_islands_and_wards_are_urban() -> None:
    communes = [unit for unit in national_units().values() if unit["kind"] == "commune"]

    islands = {unit["name"] for unit in communes if "island" in unit["flags"]}
    assert islands == {unit["name"] for unit in communes if unit["name"].startswith("Đặc khu")}
    assert len(islands) == 13
    assert {unit["area_group"] for unit in communes if unit["name"].startswith("Phường ")} == {"urban"}
    assert {unit["area_group"] for unit in communes} == {"urban", "plain", "midland", "mountain"}


def test_ids_never_change() -> None:
    assert str(id_of("VN")) == "52bd85ab-5044-53d5-8b0e-e4e00e192050"
    assert str(id_of("C-03394")) == "03ecc736-6f75-5c6b-8fdb-7758063bfbba"


async def test_it_is_loaded_once_and_quickly(
    rolled_back: asyncpg.Connection, at: datetime, promise: Promise
) -> None:
    began = perf_counter()
    created = await load(rolled_back, at)
    seconds = perf_counter() - began

    assert created == 3356
    assert await load(rolled_back, at) == 0
    assert await rolled_back.fetchval("SELECT count(*) FROM unit_within") == 1 + 34 * 2 + 3321 * 3
    promise("national_tree_load_seconds", figure=round(seconds, 2), target="< 3 s")


async def test_loading_again_keeps_what_an_operator_corrected(
    rolled_back: asyncpg.Connection, at: datetime
) -> None:
    await put_units(rolled_back, [{"code": "VN", "kind": "central", "name": "Việt Nam"}], at=at)
    await put_units(
        rolled_back, [{"code": "P-12", "kind": "province", "name": "Lai Châu mới", "parent": "VN"}], at=at
    )

    created = await load(rolled_back, at)

    assert created == 3354
    assert await rolled_back.fetchval("SELECT name FROM unit WHERE code = 'P-12'") == "Lai Châu mới"
    assert (
        await rolled_back.fetchval(
            "SELECT count(*) FROM unit_within w JOIN unit a ON a.id = w.ancestor WHERE a.code = 'P-12'"
        )
        == 39
    )
