"""What visitors meet: the form on a page of its own, the form in a website, the thanks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axes.helpers import get_client_ip_address
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from leadloop.capture import operations, queries, rules
from leadloop.capture.models import PublicForm
from leadloop.capture.operations import Receipt
from leadloop.capture.waking import look_into_inbox
from leadloop.foundation.clock import now
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.ui.pages import show
from leadloop.people.kept import steady

SCRIPT = Path(__file__).parent.parent / "embed.js"
_FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data"}


class Unreadable(Exception):
    """A submission that cannot even be looked at."""

    def __init__(self, status: int, why: Message) -> None:
        super().__init__(str(why))
        self.status, self.why = status, why


@dataclass(frozen=True, slots=True)
class Asked:
    """One field as the visitor meets it."""

    name: str
    label: str
    type: str
    required: bool
    most: int
    value: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class HostedPage:
    title: str
    intro: str
    button: str
    fields: tuple[Asked, ...]
    consent: str
    consent_version: int
    consent_fault: str
    agreed: bool
    marks: tuple[tuple[str, str], ...]
    trap: str
    problem: str


@dataclass(frozen=True, slots=True)
class ThanksPage:
    title: str
    text: str


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
def public_form(request: HttpRequest, key: str) -> HttpResponse:
    """The form at its own address (GET), and where every submission goes (POST)."""
    with steady():
        return _at_its_address(request, key)


def _at_its_address(request: HttpRequest, key: str) -> HttpResponse:
    form = queries.public(key)
    if form is None or not form.active:
        return _gone(request, form)
    if request.method == "OPTIONS":
        return with_origin(request, form, HttpResponse(status=204, headers={"Allow": "GET, POST, OPTIONS"}))
    if request.method == "POST":
        return with_origin(request, form, _take(request, form))
    marks = rules.marks_of(request.GET.dict() | {"referrer": request.headers.get("Referer", "")})
    return _hosted(request, form, {}, Receipt(False), marks)


@login_not_required
@require_GET
def definition(request: HttpRequest, key: str) -> HttpResponse:
    """The form as data, for the script that builds it in a website."""
    form = queries.public(key)
    if form is None or not form.active:
        return HttpResponse(status=404)
    consent = queries.consent_of(form)
    found = {
        "action": request.build_absolute_uri(reverse("capture:public", args=[form.key])),
        "title": form.title,
        "intro": form.intro,
        "button": form.button or _("Send"),
        "fields": [
            {
                "name": one.name,
                "label": one.label,
                "type": one.type,
                "required": one.required,
                "most": one.most,
            }
            for one in asked(form, {}, {})
        ],
        "consent": {"text": consent.text, "version": consent.version} if consent else None,
        "trap": rules.TRAP,
        "words": {
            "sending": _("Sending…"),
            "failed": _("This could not be sent. Check the connection and try again."),
        },
    }
    answer = HttpResponse(json.dumps(found, ensure_ascii=False), content_type="application/json")
    return with_origin(request, form, answer)


@login_not_required
@require_GET
def embed(_request: HttpRequest) -> HttpResponse:
    """The script of the snippet. At one address for ever: it stands in other people's pages."""
    return HttpResponse(
        SCRIPT.read_bytes(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "public, max-age=3600", "Cross-Origin-Resource-Policy": "cross-origin"},
    )


@login_not_required
@require_GET
def thanks(request: HttpRequest, key: str) -> HttpResponse:
    form = queries.public(key)
    if form is None:
        return _gone(request, form)
    return show(request, "capture/thanks.html", ThanksPage(form.title or form.name, _thanks(form)))


def with_origin(request: HttpRequest, form: PublicForm, answer: HttpResponse) -> HttpResponse:
    """Let the browser show the answer to the script of a website that may use the form."""
    patch_vary_headers(answer, ["Origin"])
    origin = request.headers.get("Origin", "")
    if origin and origin in form.origins:
        answer["Access-Control-Allow-Origin"] = origin
        answer["Cross-Origin-Resource-Policy"] = "cross-origin"
        if request.method == "OPTIONS":
            answer["Access-Control-Allow-Methods"] = "GET, POST"
            answer["Access-Control-Allow-Headers"] = "Content-Type"
            answer["Access-Control-Max-Age"] = "600"
    return answer


def asked(form: PublicForm, values: Mapping[str, str], faults: Mapping[str, Message]) -> tuple[Asked, ...]:
    found = []
    for field in form.fields:
        kind = rules.FIELDS[field["name"]]
        fault = faults.get(field["name"])
        found.append(
            Asked(
                field["name"],
                field["label"] or kind.label.render(_),
                kind.type,
                field["required"],
                kind.most,
                values.get(field["name"], ""),
                fault.render(_) if fault else "",
            )
        )
    return tuple(found)


def _take(request: HttpRequest, form: PublicForm) -> HttpResponse:
    if not _may_send(request, form):
        return _refusal(403, msg("This website may not send this form."))
    try:
        sent = _sent(request)
    except Unreadable as error:
        return _refusal(error.status, error.why)
    receipt = operations.accept(form=form, sent=sent, address=get_client_ip_address(request) or "", now=now())
    if receipt.accepted:
        look_into_inbox()
    if _wants_json(request):
        return _json(form, receipt)
    if receipt.accepted:
        return HttpResponseRedirect(form.redirect or reverse("capture:thanks", args=[form.key]), status=303)
    return _hosted(request, form, sent, receipt, rules.marks_of(sent))


def _may_send(request: HttpRequest, form: PublicForm) -> bool:
    """Programs without a browser send no origin; browsers always do, and cannot be made to lie."""
    origin = request.headers.get("Origin", "")
    own = f"{request.scheme}://{request.get_host()}"
    return not origin or origin == own or origin in form.origins


def _sent(request: HttpRequest) -> Mapping[str, Any]:
    if int(request.META.get("CONTENT_LENGTH") or 0) > rules.MOST_BODY:
        raise Unreadable(413, msg("At most %(most)s KB.", most=rules.MOST_BODY // 1024))
    try:
        if request.content_type == "application/json":
            found = json.loads(request.body)
            json.dumps(found, ensure_ascii=False).encode()
        elif request.content_type in _FORM_TYPES:
            found = request.POST.dict()
        else:
            raise Unreadable(415, msg("Send a form or application/json."))
    except RequestDataTooBig as error:
        raise Unreadable(413, msg("At most %(most)s KB.", most=rules.MOST_BODY // 1024)) from error
    except (ValueError, RecursionError, MultiPartParserError, TooManyFieldsSent, BadRequest) as error:
        raise Unreadable(400, msg("This cannot be read.")) from error
    if not isinstance(found, dict):
        raise Unreadable(400, msg("Send one object with the fields of the form."))
    return found


def _wants_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json" or "application/json" in request.headers.get(
        "Accept", ""
    )


def _json(form: PublicForm, receipt: Receipt) -> HttpResponse:
    if receipt.accepted:
        found = {"accepted": True, "thanks": _thanks(form), "redirect": form.redirect or None}
        return HttpResponse(
            json.dumps(found, ensure_ascii=False), status=202, content_type="application/json"
        )
    if receipt.wait_seconds:
        return _refusal(429, _too_many(), wait=receipt.wait_seconds)
    return _refusal(422, msg("Please correct the marked fields."), receipt.faults)


def _refusal(
    status: int, why: Message, faults: Mapping[str, Message] | None = None, *, wait: int = 0
) -> HttpResponse:
    found: dict[str, Any] = {"type": "about:blank", "title": why.render(_), "status": status}
    if faults:
        found["errors"] = [
            {"pointer": f"/{name}", "detail": fault.render(_)} for name, fault in faults.items()
        ]
    headers = {"Retry-After": str(wait)} if wait else {}
    body = json.dumps(found, ensure_ascii=False)
    return HttpResponse(body, status=status, content_type="application/problem+json", headers=headers)


def _too_many() -> Message:
    return msg("Too much was sent from your address. Try again later, or call us.")


def _hosted(
    request: HttpRequest,
    form: PublicForm,
    sent: Mapping[str, Any],
    receipt: Receipt,
    marks: Mapping[str, str],
) -> HttpResponse:
    consent = queries.consent_of(form)
    values = rules.cleaned(form.fields, sent)
    fault = receipt.faults.get("consent")
    page = HostedPage(
        title=form.title or form.name,
        intro=form.intro,
        button=form.button or _("Send"),
        fields=asked(form, values, receipt.faults),
        consent=consent.text if consent else "",
        consent_version=consent.version if consent else 0,
        consent_fault=fault.render(_) if fault else "",
        agreed=bool(sent.get("consent")),
        marks=tuple(marks.items()),
        trap=rules.TRAP,
        problem=_too_many().render(_) if receipt.wait_seconds else "",
    )
    status = 200 if request.method != "POST" else 429 if receipt.wait_seconds else 422
    answer = show(request, "capture/hosted.html", page, status=status)
    if receipt.wait_seconds:
        answer["Retry-After"] = str(receipt.wait_seconds)
    if form.redirect:
        # Browsers hold the page after a submission to form-action as well.
        parts = urlsplit(form.redirect)
        answer["Content-Security-Policy"] = (
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
            f"form-action 'self' {parts.scheme}://{parts.netloc}; frame-ancestors 'none'"
        )
    return answer


def _gone(request: HttpRequest, form: PublicForm | None) -> HttpResponse:
    if _wants_json(request):
        return _refusal(410 if form else 404, msg("This form is closed."))
    page = ThanksPage(_("This form is closed."), _("Please contact us in another way."))
    return show(request, "capture/thanks.html", page, status=410 if form else 404)


def _thanks(form: PublicForm) -> str:
    return form.thanks or _("Thank you. We will get in touch soon.")
