"""The settings; what differs between stages is read from the environment."""

import os

from django.core.management.utils import get_random_secret_key

DEBUG = os.environ.get("DEBUG") == "1"

# Without one each process makes its own: set SECRET_KEY in every stage before you sign anything, sessions for example.
SECRET_KEY = os.environ.get("SECRET_KEY") or get_random_secret_key()

# Names with commas between them. A load balancer's health check gives an address as the host.
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "*").split(",")

ROOT_URLCONF = "hello.urls"
WSGI_APPLICATION = "hello.wsgi.application"

INSTALLED_APPS = []
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
DATABASES = {}

USE_TZ = True

# Django tells errors only by mail unless it is told to write them.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
