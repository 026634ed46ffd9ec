"""What the page's script needs to build conditions: fields, operators, choices, and those there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from leadloop.leads.conditions import FIELDS, Group, operators_of
from leadloop.leads.fitting import SPANS, Field, Type

Offered = Callable[[str], list[tuple[str, Any]]]


def spec(tree: Group | None, offered: Offered) -> dict[str, Any]:
    return {
        "tree": tree.as_data() if tree else ["and"],
        "fields": [_field(field, offered) for field in FIELDS],
        "spans": [[key, title.render(_)] for key, title in SPANS.items()],
        "words": {
            "and": _("all of these"),
            "or": _("one of these"),
            "condition": _("Add a condition"),
            "group": _("Add a group"),
            "remove": _("Remove"),
            "field": _("Field"),
            "operator": _("Comparison"),
            "value": _("Value"),
            "join": _("Leads for which holds"),
        },
    }


def _field(field: Field, offered: Offered) -> dict[str, Any]:
    choices = offered(field.key) if field.type in {Type.CHOICE, Type.IDS, Type.TAGS} else []
    return {
        "key": field.key,
        "title": field.title.render(_),
        "type": field.type.value,
        "operators": [[op.key, op.title.render(_), op.takes] for op in operators_of(field)],
        "choices": [[value, str(label)] for value, label in choices],
    }
