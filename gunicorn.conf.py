"""The web server's settings, which `gunicorn config.wsgi` finds here; options of its command line go before."""

import os

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8  # more than may wait at a time: READ_WAITERS and FEED_WAITERS
preload_app = True
limit_request_line = 8_190  # bytes, gunicorn's highest; without a limit a request would fill the memory
control_socket_disable = True  # its default place is one for all of a user's services
