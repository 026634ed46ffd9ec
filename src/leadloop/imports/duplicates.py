"""Rows that are leads which are already here, found by hard keys: one query a key for a whole chunk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa

from leadloop.customers.models import Contact, Customer
from leadloop.foundation.bulk import fetch_matching
from leadloop.foundation.messages import Message, msg
from leadloop.leads.models import Lead, State
from leadloop.leads.operations.settling import column
from leadloop.leads.permissions import with_readable_contacts
from leadloop.leads.queries import by_ids, visible
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of

_TITLES = {
    "number": msg("lead number"),
    "credit_code": msg("unified social credit code"),
    "email": msg("e-mail"),
    "phone": msg("phone"),
}
_KEY_COLUMNS = {"credit_code": "code_key", "email": "email_key", "phone": "phone_key"}
_OF_CONTACTS = ("email", "phone")
_FACTS = ["id", "number", "customer_id", "contact_id", "import_id", "state"]


@dataclass(frozen=True, slots=True)
class Match:
    """``lead_id`` None: the lead is another row of the same chunk. An empty ``number`` is not to be told."""

    key: str
    lead_id: int | None
    number: str
    of_this_import: bool

    @property
    def message(self) -> Message:
        if self.of_this_import:
            return msg("The file already has a lead with this %(key)s.", key=_TITLES[self.key])
        if not self.number:
            return msg("There is already a lead with this %(key)s.", key=_TITLES[self.key])
        return msg(
            "There is already a lead with this %(key)s: %(number)s.",
            key=_TITLES[self.key],
            number=self.number,
        )


class Existing:
    """The leads that the rows of one chunk may mean.

    A number means that lead, whatever its state. The other keys mean an open lead only: somebody who
    bought or declined earlier and asks again is a new lead of the same customer. Rows with numbers of
    their own are told apart by these within one file; rows without are not.
    """

    def __init__(self, leads: pa.Table, *, match: Collection[str], import_id: int) -> None:
        self.import_id = import_id
        self.match = match
        self.columns = {
            "number": _column(leads, "number"),
            **{key: _column(leads, source) for key, source in _KEY_COLUMNS.items()},
        }
        self.found: dict[str, dict[str, list[Match]]] = {
            "number": self._by_number(),
            "credit_code": self._by_code() if "credit_code" in match else {},
            "email": self._by_contact("email") if "email" in match else {},
            "phone": self._by_contact("phone") if "phone" in match else {},
        }

    def matches(self) -> dict[int, Match]:
        """Row -> the lead it is. The first key that matches counts."""
        found: dict[int, Match] = {}
        keys = self._suspicious_keys()
        for row in range(len(self.columns["number"])) if keys else ():
            match = self._match(row, keys)
            if match is not None:
                found[row] = match
            self._remember(row, keys)
        return found

    def _suspicious_keys(self) -> list[str]:
        """The keys by which anything can match: something was found, or two rows have the same."""
        keys = dict.fromkeys(("number", *self.match))
        return [key for key in keys if self.found[key] or _repeats(self.columns[key])]

    def _match(self, row: int, keys: list[str]) -> Match | None:
        number = self.columns["number"][row]
        for key in keys:
            text = self.columns[key][row]
            for match in self.found[key].get(text, ()) if text else ():
                if key == "number" or not (match.of_this_import and number):
                    return match
        return None

    def _remember(self, row: int, keys: list[str]) -> None:
        number = self.columns["number"][row]
        for key in keys:
            text = self.columns[key][row]
            if text and text not in self.found[key]:
                self.found[key][text] = [Match(key, None, number, True)]

    def _by_number(self) -> dict[str, list[Match]]:
        rows = fetch_matching(Lead, _FACTS, key="number", values=_given(self.columns["number"]))
        return {row[1]: [self._of(row, "number")] for row in rows}

    def _by_code(self) -> dict[str, list[Match]]:
        values = _given(self.columns["credit_code"])
        owners = fetch_matching(Customer, ["id", "credit_code"], key="credit_code", values=values)
        return self._open_leads("credit_code", "customer_id", owners)

    def _by_contact(self, key: str) -> dict[str, list[Match]]:
        source = _KEY_COLUMNS[key]
        people = fetch_matching(Contact, ["id", source], key=source, values=_given(self.columns[key]))
        return self._open_leads(key, "contact_id", people)

    def _open_leads(
        self, key: str, points: str, records: Iterable[tuple[int, str]]
    ) -> dict[str, list[Match]]:
        texts = dict(records)
        place = _FACTS.index(points)
        found: dict[str, list[Match]] = defaultdict(list)
        for row in sorted(fetch_matching(Lead, _FACTS, key=points, values=list(texts))):
            if row[-1] == State.OPEN:
                found[texts[row[place]]].append(self._of(row, key))
        return dict(found)

    def _of(self, row: tuple[int, str, int, int, int, str], key: str) -> Match:
        return Match(key, row[0], row[1], row[4] == self.import_id)


def as_told_to(actor: User | None, matches: Mapping[int, Match]) -> dict[int, Match]:
    """Without the numbers of leads that this person does not see, or whose contacts are masked for them.

    Otherwise a file of phone numbers would tell whose leads they are.
    """
    ids = {match.lead_id for match in matches.values() if match.lead_id is not None} - {None}
    if actor is None or not ids:
        return dict(matches)
    leads = by_ids(visible(actor).order_by(), ids)
    seen = set(leads.values_list("pk", flat=True))
    readable = set(with_readable_contacts(leads, visibility_of(actor)).values_list("pk", flat=True))
    return {
        row: match
        if match.lead_id in (readable if match.key in _OF_CONTACTS else seen)
        else replace(match, number="")
        for row, match in matches.items()
    }


def _column(leads: pa.Table, name: str) -> list[str]:
    return list(column(leads, name, pa.string()).fill_null("").to_pylist())


def _given(texts: Iterable[str]) -> list[str]:
    return sorted({text for text in texts if text})


def _repeats(texts: list[str]) -> bool:
    given = [text for text in texts if text]
    return len(set(given)) < len(given)
