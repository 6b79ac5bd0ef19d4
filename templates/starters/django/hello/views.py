"""The views."""

from django.http import JsonResponse


def hello(request):
    return JsonResponse({"message": "Hello from Django"})


def ping(request):
    """Tells that the application is alive; nothing else, so that a slow database does not end it."""
    return JsonResponse({"message": "pong"})
