"""Build api/sample/divisions.jsonl from modood/Administrative-divisions-of-China (WTFPL).

    python scripts/build_divisions.py SOURCE [TARGET]

SOURCE holds provinces.csv, cities.csv and areas.csv of that project (codes of the National Statistics Bureau, 2023).
Units that only hold others together (市辖区 of Beijing, 省直辖县级行政区划) are left out and their counties stand under
the province.  HISTORY adds codes that old certificates and addresses still carry.
"""

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzers.division_name import is_placeholder, parent_of, short_name_table

TARGET = Path(__file__).parent.parent / "api" / "sample" / "divisions.jsonl"

# The source keeps these in another file and without codes; the codes are GB/T 2260.
OUTSIDE_THE_SOURCE = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}


@dataclass(frozen=True)
class Change:
    """One decision of the State Council; `day` is the date of its reply (国函), which the gazette prints."""

    day: str
    abolished: dict[str, str]
    founded: tuple[str, ...]


# Well-known mergers only: enough to show that an old code still resolves, no full history of GB/T 2260.
HISTORY = (
    Change("2009-04-24", {"310119": "南汇区"}, ()),
    Change("2009-10-21", {"120107": "塘沽区", "120108": "汉沽区", "120109": "大港区"}, ("120116",)),
    Change("2010-06-28", {"110103": "崇文区", "110104": "宣武区"}, ()),
    Change("2011-05-20", {"310103": "卢湾区"}, ()),
    Change("2011-07-14", {"341400": "巢湖市", "341402": "居巢区"}, ("340181",)),
    Change("2012-08-17", {"320502": "沧浪区", "320503": "平江区", "320504": "金阊区"}, ("320508",)),
    Change("2012-08-17", {"320584": "吴江市"}, ("320509",)),
    Change("2013-02-08", {"320103": "白下区", "320107": "下关区"}, ()),
    Change("2014-12-13", {"610126": "高陵县"}, ("610117",)),
    Change("2015-10-13", {"310108": "闸北区"}, ()),
    Change("2015-10-13", {"320202": "崇安区", "320203": "南长区", "320204": "北塘区"}, ("320213", "320214")),
    Change("2016-06-08", {"310230": "崇明县"}, ("310151",)),
    Change("2016-11-24", {"610125": "户县"}, ("610118",)),
    Change("2018-12-26", {"371200": "莱芜市", "371202": "莱城区", "371203": "钢城区"}, ("370116", "370117")),
    Change("2021-03-11", {"330103": "下城区", "330104": "江干区"}, ("330113", "330114")),
)


def read_names(source: Path) -> dict[str, str]:
    """Adcode → name, placeholders left out.

    A city without counties (东莞, 中山, 儋州) stands in both the table of cities and that of counties, under one code.
    """
    names = dict(OUTSIDE_THE_SOURCE)
    for file in ("provinces.csv", "cities.csv", "areas.csv"):
        with (source / file).open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                names[row["code"].ljust(6, "0")] = row["name"].strip()
    return {adcode: name for adcode, name in names.items() if not is_placeholder(name)}


def rows(names: dict[str, str]) -> Iterator[dict[str, object]]:
    """Rows of the interchange format in the order of codes.

    An abolished division has no short names: 莱芜 means the district of today, not the city that it was.
    """
    founded = {adcode: change.day for change in HISTORY for adcode in change.founded}
    abolished = {adcode: (name, change.day) for change in HISTORY for adcode, name in change.abolished.items()}
    if wrong := sorted(founded.keys() - names.keys()) + sorted(abolished.keys() & names.keys()):
        sys.exit(f"HISTORY does not fit the source, look at {', '.join(wrong)}")
    shorts = short_name_table(names)
    known = names.keys() | abolished.keys()
    for adcode in sorted(known):
        old_name, valid_to = abolished.get(adcode, ("", None))
        yield {
            "adcode": adcode,
            "name": names.get(adcode, old_name),
            "short_names": shorts.get(adcode, []),
            "parent": nearest(adcode, known),
            "valid_from": founded.get(adcode),
            "valid_to": valid_to,
        }


def nearest(adcode: str, known: set[str]) -> str | None:
    """The nearest division above that is in the table; None for a province."""
    parent = parent_of(adcode)
    while parent is not None and parent not in known:
        parent = parent_of(parent)
    return parent


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description="Build the compact table of administrative divisions.")
    parser.add_argument("source", type=Path, help="folder with provinces.csv, cities.csv and areas.csv")
    parser.add_argument("target", type=Path, nargs="?", default=TARGET)
    arguments = parser.parse_args()
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows(read_names(arguments.source))]
    arguments.target.write_text("".join(lines), encoding="utf-8")
    print(f"{len(lines)} divisions in {arguments.target}")


if __name__ == "__main__":
    main()
