"""The web server's entry: `gunicorn config.wsgi`."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

from config import embedded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
embedded.ensure_running()
application = get_wsgi_application()
import_module("config.urls")  # all views now, before processes are forked: no first request waits for them
