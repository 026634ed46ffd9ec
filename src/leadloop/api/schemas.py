"""Leads as programs send and get them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)]


class LeadIn(Schema):
    """A lead to register. Only the company or the contact is needed."""

    model_config = ConfigDict(extra="forbid")

    customer: Text = Field("", description="Company", examples=["杭州云帆智能科技有限公司"])
    credit_code: Text = Field("", description="Unified social credit code, 18 signs")
    contact: Text = Field("", description="Name of the person", examples=["王敏"])
    title: Text = ""
    phone: Text = Field("", examples=["138 0013 8000"])
    email: Text = Field("", examples=["wang@example.com"])
    captured_at: AwareDatetime | None = Field(None, description="With an offset; now when left out")
    number: Text = Field("", description="Given by the program when left out")
    channel: Text = Field("", description="Name of a channel that exists")
    source_detail: Text = ""
    campaign: Text = ""
    industry: Text = ""
    size: Text = ""
    region: Text = ""
    first_need: Text = ""
    grade: Literal["", "A", "B", "C"] = ""
    tags: list[Annotated[str, StringConstraints(max_length=60)]] = Field([], max_length=50)
    expected_amount: Decimal | None = Field(None, max_digits=16, decimal_places=2)
    currency: Text = "CNY"
    owner: Text = Field("", description="Sign-in name; only for those who may assign")
    to_pool: bool = False
    utm_source: Text = ""
    utm_medium: Text = ""
    utm_campaign: Text = ""
    utm_term: Text = ""
    utm_content: Text = ""
    page: Text = ""
    referrer: Text = ""


class BatchIn(Schema):
    """Up to 1,000 leads. Each is registered or refused by itself."""

    model_config = ConfigDict(extra="forbid")

    leads: list[LeadIn] = Field(max_length=1000, min_length=1)


class ContactOut(Schema):
    name: str
    title: str
    phone: str
    email: str
    masked: bool


class LeadOut(Schema):
    """A lead as the person of the token sees it."""

    number: str
    url: str
    customer: str
    contact: ContactOut
    channel: str | None
    source_detail: str
    campaign: str
    industry: str
    size: str
    region: str
    first_need: str
    grade: str
    stage: str
    state: str
    owner: str | None
    expected_amount: Decimal | None
    currency: str
    captured_at: datetime
    registered_at: datetime
    changed_at: datetime


class Registered(Schema):
    """A lead that was registered. ``lead`` is left out where the person of the token may not see it."""

    number: str
    url: str
    known_customer: bool = Field(description="Whether the lead joined a customer that was there before")
    lead: LeadOut | None = None


class Fault(Schema):
    pointer: str
    detail: str


class Problem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[Fault] = []


class ItemOut(Schema):
    index: int
    status: int
    number: str | None = None
    url: str | None = None
    problem: Problem | None = None


class BatchOut(Schema):
    registered: int
    refused: int
    results: list[ItemOut]


class Page(Schema):
    leads: list[LeadOut]
    next: str | None = Field(description="Cursor of the next page; null on the last one")


def reference(schema: type[Schema]) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema.__name__}"}
