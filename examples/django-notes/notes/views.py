import json

from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_http_methods

from notes.models import Note


@require_GET
def index(_request):
    return JsonResponse({"message": "Hello from Django", "notes": Note.objects.count()})


@require_GET
def healthz(_request):
    return JsonResponse({"status": "ok"})


@require_http_methods(["GET", "POST"])
def notes(request):
    if request.method == "GET":
        return JsonResponse({"notes": [as_json(note) for note in Note.objects.order_by("id")]})
    try:
        text = json.loads(request.body)["text"]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": 'expected: {"text": "..."}'}, status=400)
    if not isinstance(text, str) or not 1 <= len(text) <= 1000:
        return JsonResponse({"error": "text: expected 1 to 1000 characters"}, status=400)
    return JsonResponse(as_json(Note.objects.create(text=text)), status=201)


@require_GET
def note(_request, note_id):
    return JsonResponse(as_json(get_object_or_404(Note, pk=note_id)))


def as_json(saved):
    return {"id": saved.id, "text": saved.text, "createdAt": saved.created_at.isoformat()}
