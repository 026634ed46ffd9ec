"""The page about import formats says what the code does.

To write its tables anew: ``python tests/intake/test_import_formats.py``.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from leadloop.intake.exports import EXPORTS
from leadloop.intake.faults import FAULTS
from leadloop.intake.fields import FIELDS
from leadloop.intake.mapping import read_map
from leadloop.intake.stages import CANONICAL, NAMES
from leadloop.intake.words import OUTCOMES

PAGE = Path(__file__).parents[2] / "docs" / "import-formats.md"


def fields() -> str:
    lines = ["| field | type | Chinese headers | English headers |", "|---|---|---|---|"]
    for field in FIELDS:
        lines.append(f"| `{field.name}` | {field.type} | {'、'.join(field.zh)} | {', '.join(field.en)} |")
    return "\n".join(lines)


def exports() -> str:
    lines = ["| system | headers |", "|---|---|"]
    for system, names in EXPORTS.items():
        known = ", ".join(f"{header} → `{field}`" for header, field in names.items() if field)
        lines.append(f"| {system} | {known} |")
    return "\n".join(lines)


def stages() -> str:
    lines = ["| step | names |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{step}` | {NAMES[step].rstrip(', ')} |" for step in CANONICAL)])


def outcomes() -> str:
    meaning = {"not_won": "not won"}
    lines = ["| means | words |", "|---|---|"]
    return "\n".join(
        [*lines, *(f"| {meaning.get(word, word)} | {names} |" for word, names in OUTCOMES.items())]
    )


def faults() -> str:
    lines = ["| code | how bad | what |", "|---|---|---|"]
    return "\n".join(
        [*lines, *(f"| `{code}` | {fault.severity} | {fault.title} |" for code, fault in FAULTS.items())]
    )


TABLES = {"fields": fields, "exports": exports, "stages": stages, "outcomes": outcomes, "faults": faults}


def written(page: str) -> str:
    for name, table in TABLES.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page = pattern.sub(lambda m, t=table: m[1] + t() + "\n" + m[2], page)
    return page


def test_every_table_of_the_page_is_that_of_the_code() -> None:
    page = PAGE.read_text("utf-8")
    assert all(f"<!-- {name} -->" in page for name in TABLES)
    assert page == written(page)


def test_the_mapping_of_the_page_is_accepted() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    given = read_map(tomllib.loads(example))
    assert given.of("leads-06.csv", only=False).fields["客户来历"] == "source"
    assert [stage.key for stage in given.stages] == ["review"]


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
