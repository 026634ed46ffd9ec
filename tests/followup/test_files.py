"""Files of records: what is taken, where it lies, who gets it, and when it goes."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import Cast
from tests.factories import NOW, a_lead, hours
from tests.followup.things import FACTS, facts, logged

from leadloop.followup import names, storage
from leadloop.followup.file_types import TYPES, type_of
from leadloop.followup.models import Attachment, FollowUp
from leadloop.followup.operations import edit, keep_upload, tidy, withdraw_upload
from leadloop.foundation.errors import DataError, NotFound
from leadloop.leads.models import Lead
from leadloop.people.models import User

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
PDF = b"%PDF-1.7\n" + bytes(40)


def zipped(*members: str, first: tuple[str, bytes] | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        if first is not None:
            archive.writestr(zipfile.ZipInfo(first[0]), first[1])
        for name in members:
            archive.writestr(name, b"<x/>")
    return made.getvalue()


def compound(*streams: str) -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(600)
        + b"".join(one.encode("utf-16-le") for one in streams)
    )


DOCX = zipped("[Content_Types].xml", "word/document.xml")
ODT_MIME = b"application/vnd.oasis.opendocument.text"

HONEST = {
    "offer.pdf": PDF,
    "Offer.DOCX": DOCX,
    "plan.xlsx": zipped("[Content_Types].xml", "xl/workbook.xml"),
    "deck.pptx": zipped("[Content_Types].xml", "ppt/presentation.xml"),
    "old.doc": compound("Root Entry", "WordDocument"),
    "old.xls": compound("Workbook"),
    "text.odt": zipped("content.xml", first=("mimetype", ODT_MIME)),
    "note.txt": "客户说：交期太长\n".encode(),
    "note-gb.txt": "客户说：交期太长\n".encode("gb18030"),
    "note-16.txt": "客户说".encode("utf-16"),
    "table.csv": b"a,b\r\n1,2\r\n",
    "wall.png": PNG,
    "wall.jpeg": b"\xff\xd8\xff\xe0" + bytes(30),
    "call.amr": b"#!AMR\n" + bytes(30),
    "call.m4a": b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00M4A mp42isom" + bytes(30),
    "wall.heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(30),
}

REFUSED = {
    "setup.exe": b"MZ" + bytes(100),
    "offer.pdf.exe": b"MZ" + bytes(100),
    "offer.pdf": b"MZ" + bytes(100),
    "offer.docx": b"\x7fELF" + bytes(100),
    "offer.png": b"\xcf\xfa\xed\xfe" + bytes(100),
    "note.txt": b"#!/bin/sh\nrm -rf /\n",
    "note2.txt": b"\xef\xbb\xbf#!/bin/sh\n",
    "note3.txt": b"text\0with nul",
    "shot.jpg": PNG,
    "plan.xlsx": DOCX,
    "macro.docx": zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "inside.docx": zipped("[Content_Types].xml", "word/document.xml", "word/embeddings/run.exe"),
    "macro.doc": compound("WordDocument", "_VBA_PROJECT"),
    "installer.doc": compound("Root Entry"),
    "page.html": b"<script>alert(1)</script>",
    "drawing.svg": b"<svg onload='x'/>",
    "macro.docm": DOCX,
    "archive.zip": zipped("a.txt"),
    "nothing.txt": b"",
    "noending": PDF,
    "broken.docx": b"PK\x03\x04" + bytes(50),
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_files_are_kept(name: str) -> None:
    kept = storage.keep(name, io.BytesIO(HONEST[name]))
    assert storage.path_of(kept.key).read_bytes() == HONEST[name]
    assert kept.kind.key in TYPES


@pytest.mark.parametrize("name", REFUSED)
def test_programs_and_pretenders_are_refused_and_leave_nothing(name: str, attachments: Path) -> None:
    with pytest.raises(DataError):
        storage.keep(name, io.BytesIO(REFUSED[name]))
    assert [path for path in attachments.rglob("*") if path.is_file()] == []


def test_settings_narrow_the_types_and_never_widen_them(settings: Any) -> None:
    settings.ATTACHMENT_TYPES = ["pdf", "exe", "zip"]
    assert storage.keep("offer.pdf", io.BytesIO(PDF)).kind.key == "pdf"
    for name, content in (("offer.docx", DOCX), ("setup.exe", b"MZ"), ("a.zip", zipped("a.txt"))):
        with pytest.raises(DataError):
            storage.keep(name, io.BytesIO(content))


def test_every_type_knows_what_it_holds(tmp_path: Path) -> None:
    """No type takes what is nothing: neither zeros nor another type's content."""
    zeros = tmp_path / "zeros"
    zeros.write_bytes(bytes(4096))
    for key in TYPES:
        with pytest.raises(DataError):
            type_of(f"x.{key}", zeros)


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("报价 2026.pdf", "报价 2026.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\王\\报价.pdf", "报价.pdf"),
        ("offer\u202efdp.exe", "offerfdp.exe"),
        ('a"b\r\nSet-Cookie: x=1.pdf', "a_bSet-Cookie_ x=1.pdf"),
        ("con.txt", "_con.txt"),
        (" . ", "file"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_are_made_plain(given: str, plain: str) -> None:
    assert names.plain(given) == plain


def test_what_is_too_large_is_refused_while_it_comes(settings: Any, attachments: Path) -> None:
    settings.ATTACHMENT_BYTES = 1_000_000
    read = 0

    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            nonlocal read
            read += size
            return b"a" * size

    with pytest.raises(DataError, match="larger than"):
        storage.keep("note.txt", Endless())  # type: ignore[arg-type]
    assert read < 1_200_000
    assert [path for path in attachments.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("at", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_nothing_half_written(
    at: str, monkeypatch: pytest.MonkeyPatch, attachments: Path
) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    if at == "write":
        monkeypatch.setattr(storage.Incoming, "_opened", lambda self: _Full())
    elif at == "fsync":
        monkeypatch.setattr(storage.os, "fsync", full)
    else:
        monkeypatch.setattr(storage.Path, "replace", full)
    with pytest.raises(DataError, match="No space left"):
        storage.keep("offer.pdf", io.BytesIO(PDF))
    monkeypatch.undo()
    assert [path for path in attachments.rglob("*") if path.is_file()] == []


class _Full:
    def write(self, block: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def an_upload(lead: Lead, user: User, name: str = "报价.pdf", content: bytes = PDF) -> Attachment:
    return keep_upload(lead=lead, kept=storage.keep(name, io.BytesIO(content)), actor=user, now=NOW)


def test_random_names_in_a_folder_that_nobody_else_reads(lead: Lead, cast: Cast, attachments: Path) -> None:
    made = an_upload(lead, cast.owner)
    path = storage.path_of(made.key)
    assert attachments in path.parents
    assert path.name == made.key != made.name
    assert (path.stat().st_mode & 0o777, len(made.key)) == (0o600, 32)
    with pytest.raises(ValueError):
        storage.path_of("../../secret-key")


def test_who_may_not_follow_up_keeps_no_file(lead: Lead, cast: Cast, attachments: Path) -> None:
    with pytest.raises(NotFound):
        an_upload(lead, cast.stranger)
    assert [path for path in attachments.rglob("*") if path.is_file()] == []
    assert not Attachment.objects.exists()


def test_a_name_with_a_card_number_is_refused(lead: Lead, cast: Cast, attachments: Path) -> None:
    with pytest.raises(DataError) as refused:
        an_upload(lead, cast.owner, name="card 6222 0212 3456 7890 128.pdf")
    assert refused.value.field == "files"
    assert [path for path in attachments.rglob("*") if path.is_file()] == []


def test_files_belong_to_the_record_and_others_cannot_take_them(lead: Lead, cast: Cast) -> None:
    mine = an_upload(lead, cast.owner)
    with pytest.raises(DataError):
        logged(lead, cast.manager, NOW + hours(1), attachments=(mine.key,))
    with pytest.raises(DataError):
        logged(a_lead(owner=cast.owner), cast.owner, NOW + hours(1), attachments=(mine.key,))
    record = logged(lead, cast.owner, NOW + hours(1), attachments=(mine.key,))
    assert [one.name for one in record.attachments.all()] == ["报价.pdf"]
    with pytest.raises(DataError):
        logged(lead, cast.owner, NOW + hours(2), attachments=(mine.key,))


@pytest.mark.django_db(transaction=True)
def test_files_go_from_the_disk_with_their_rows(lead: Lead, cast: Cast) -> None:
    first, second, third = (an_upload(lead, cast.owner) for _ in range(3))
    record = logged(lead, cast.owner, NOW + hours(1), attachments=(first.key, second.key))
    edit(followup=record, facts=facts(attachments=(second.key,)), actor=cast.owner, now=NOW + hours(2))
    withdraw_upload(lead=lead, key=third.key, actor=cast.owner)
    withdraw_upload(lead=lead, key=second.key, actor=cast.owner)
    there = [storage.path_of(one.key).exists() for one in (first, second, third)]
    assert there == [False, True, False]
    assert [one.key for one in Attachment.objects.all()] == [second.key]


@pytest.mark.django_db(transaction=True)
def test_what_nobody_saved_and_what_no_row_knows_is_tidied(lead: Lead, cast: Cast) -> None:
    saved, forgotten = an_upload(lead, cast.owner), an_upload(lead, cast.owner)
    record = logged(lead, cast.owner, NOW + hours(1), attachments=(saved.key,))
    unknown = storage.keep("offer.pdf", io.BytesIO(PDF))
    broken = storage.path_of("0" * 32).with_suffix(".part")
    broken.parent.mkdir(exist_ok=True)
    broken.write_bytes(b"half")
    later = NOW + timedelta(days=2)
    for path in (storage.path_of(unknown.key), broken, storage.path_of(saved.key)):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    young = storage.keep("offer.pdf", io.BytesIO(PDF))
    os.utime(storage.path_of(young.key), (later.timestamp(), later.timestamp()))
    assert tidy(now=later) == 3
    assert not storage.path_of(forgotten.key).exists()
    assert not broken.exists()
    assert storage.path_of(young.key).exists()
    assert storage.path_of(saved.key).exists()
    record.delete()
    assert tidy(now=later) == 1
    assert not storage.path_of(saved.key).exists()


Browser = Callable[[User], Client]


def sent(client: Client, lead: Lead, *files: tuple[str, bytes], **more: Any) -> Any:
    body = {"files": [SimpleUploadedFile(name, content) for name, content in files]}
    return client.post(
        f"/leads/{lead.number}/follow-ups/files/", body, headers={"HX-Request": "true"}, **more
    )


def test_sent_kept_fetched_and_never_shown_by_the_browser(
    lead: Lead, cast: Cast, client_for: Browser
) -> None:
    client = client_for(cast.owner)
    answer = sent(client, lead, ("报价 终稿.pdf", PDF), ("virus.pdf", b"MZ" + bytes(90)))
    assert answer.status_code == 200
    assert "报价 终稿.pdf" in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    (made,) = Attachment.objects.all()
    logged(lead, cast.owner, NOW + hours(1), attachments=(made.key,))
    found = client.get(f"/attachments/{made.key}/")
    assert b"".join(found.streaming_content) == PDF  # type: ignore[attr-defined]
    assert found["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%8A%A5")
    assert (found["X-Content-Type-Options"], found["Content-Type"]) == ("nosniff", "application/pdf")
    assert "sandbox" in found["Content-Security-Policy"]
    assert "no-store" in found["Cache-Control"]


def test_served_only_to_whoever_reads_the_lead(lead: Lead, cast: Cast, client_for: Browser) -> None:
    made = an_upload(lead, cast.owner)
    address = f"/attachments/{made.key}/"
    waiting = {who: client_for(user).get(address).status_code for who, user in cast.everybody().items()}
    assert [who for who, status in waiting.items() if status == 200] == ["owner"]
    logged(lead, cast.owner, NOW + hours(1), attachments=(made.key,))
    served = {who: client_for(user).get(address).status_code for who, user in cast.everybody().items()}
    # A colleague sees the lead of a customer only with an own lead there; executives read no contacts.
    assert {who for who, status in served.items() if status == 200} == {"owner", "manager", "ops"}
    assert set(served.values()) == {200, 404}
    assert Client().get(address).status_code == 302


def test_two_gigabytes_are_refused_before_a_byte_is_read(lead: Lead, cast: Cast, client_for: Browser) -> None:
    answer = sent(client_for(cast.owner), lead, ("a.pdf", PDF), CONTENT_LENGTH=str(2 * 1024**3))
    assert answer.status_code == 413
    assert "25 MB" in answer["HX-Trigger"]
    assert not Attachment.objects.exists()


def test_behind_a_file_that_is_too_large_nothing_more_is_read(
    lead: Lead, cast: Cast, client_for: Browser, settings: Any, attachments: Path
) -> None:
    settings.ATTACHMENT_BYTES = 200_000
    answer = sent(client_for(cast.owner), lead, ("a.txt", b"a" * 900_000), ("b.pdf", PDF))
    assert "larger than" in answer.content.decode() or "大于" in answer.content.decode()
    assert not Attachment.objects.exists()
    assert [path for path in attachments.rglob("*") if path.is_file()] == []


def test_nothing_is_read_from_who_may_not_send(
    lead: Lead, cast: Cast, client_for: Browser, attachments: Path
) -> None:
    assert sent(client_for(cast.stranger), lead, ("a.pdf", PDF)).status_code == 404
    assert sent(client_for(cast.exec), lead, ("a.pdf", PDF)).status_code == 403
    assert not attachments.exists()


def test_a_forged_form_keeps_nothing(lead: Lead, cast: Cast, attachments: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.owner, backend="django.contrib.auth.backends.ModelBackend")
    assert sent(client, lead, ("a.pdf", PDF)).status_code == 403
    assert not Attachment.objects.exists()
    assert [path for path in attachments.rglob("*") if path.is_file()] == []


def test_at_most_ten_files_at_once(lead: Lead, cast: Cast, client_for: Browser) -> None:
    sent(client_for(cast.owner), lead, *((f"{number}.pdf", PDF) for number in range(12)))
    assert Attachment.objects.count() == 10


def test_files_come_with_the_form_where_no_script_runs(lead: Lead, cast: Cast, client_for: Browser) -> None:
    body = {
        "way": FACTS.way, "mood": FACTS.mood, "feedback": "见附件",
        "files": [SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.png", PNG)],
    }  # fmt: skip
    answer = client_for(cast.owner).post(f"/leads/{lead.number}/follow-ups/new/", body)
    assert answer.status_code == 302
    record = FollowUp.objects.get()
    assert [one.name for one in record.attachments.all()] == ["a.pdf", "b.png"]
