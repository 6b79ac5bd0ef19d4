"""Which view answers which path."""

from django.urls import path

from hello import views

urlpatterns = [
    path("", views.hello),
    path("ping", views.ping),
]
