from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import ListView

from leadloop.cli.bench.bare.models import Row


class Rows(ListView):  # type: ignore[type-arg]
    queryset = Row.objects.order_by("-captured_at")
    paginate_by = 50
    template_name = "bare/rows.html"


@csrf_exempt
def insert(request: HttpRequest) -> JsonResponse:
    row = Row.objects.create(**request.POST.dict(), captured_at=now())
    return JsonResponse({"id": row.pk})


def ready(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("rows/", Rows.as_view()), path("insert/", insert), path("healthz", ready)]
