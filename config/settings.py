"""Every setting, in one file, from the environment; nothing set means the embedded default."""

import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import unquote

import environ
from corsheaders.defaults import default_headers
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

from config import embedded, logs
from config.dashboard import theme
from config.pooled_connection import PooledConnection

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- Servers: all four URLs, or none --------------------------------------------------------------------------------
EMBEDDED = embedded.is_default()
if EMBEDDED:
    URLS = embedded.urls()
else:
    missing = [name for name in embedded.URL_NAMES if not env.str(name, "")]
    if missing:
        raise ImproperlyConfigured(f"Set {', '.join(missing)} too, or none of {', '.join(embedded.URL_NAMES)}.")
    URLS = {name: env.str(name) for name in embedded.URL_NAMES}
    URLS["WRITE_DATABASE_OWNER_URL"] = env.str("WRITE_DATABASE_OWNER_URL", "") or URLS["WRITE_DATABASE_URL"]

AS_OWNER = env.bool("DAYBOOK_AS_OWNER", False)
PROCESS = env.str("DAYBOOK_PROCESS", "web")


def _database(url: str) -> dict[str, Any]:
    """Return a database's settings, with psycopg's pool of up to DATABASE_POOL connections per process."""
    pool: dict[str, Any] = {"min_size": 0, "max_size": env.int("DATABASE_POOL", 20), "timeout": 5, "max_idle": 60}
    pool["connection_class"] = PooledConnection
    found = env.db_url_config(url)
    options = {"connect_timeout": 2, "application_name": f"daybook {PROCESS}"} | found.get("OPTIONS", {})
    found["ENGINE"] = "config.postgresql"
    return {**found, "HOST": unquote(found["HOST"]), "OPTIONS": options | {"pool": pool}, "CONN_HEALTH_CHECKS": True}


_write, _owner = _database(URLS["WRITE_DATABASE_URL"]), _database(URLS["WRITE_DATABASE_OWNER_URL"])
DATABASES = {"default": _owner if AS_OWNER else _write, "read": _database(URLS["READ_DATABASE_URL"])}
WRITE_APP_ROLE = _write["USER"]
READ_REPLICAS = []
for number, url in enumerate(env.list("READ_REPLICA_URLS", default=[])):
    READ_REPLICAS.append(f"read_replica_{number}")
    DATABASES[READ_REPLICAS[-1]] = _database(url)
if env.bool("DATABASE_PREPARED_STATEMENTS", True):
    # How often a statement is seen before it is prepared. Django's own cursors never prepare: only statements that say
    # so do, and at once (orders_write/prepared.py, orders_read/reading.py).
    for _found in DATABASES.values():
        _found["OPTIONS"].setdefault("prepare_threshold", 5)
DATABASE_ROUTERS = ["config.database_router.DatabaseRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
_cache = {"LOCATION": URLS["CACHE_URL"], "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1}}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", **_cache},
    "sessions": {"BACKEND": "config.forgiving_cache.ForgivingCache", **_cache},
}


# --- Security -------------------------------------------------------------------------------------------------------
def _embedded_secret() -> str:
    """Return the embedded default's own key, made on first use and readable by this user alone."""
    path = embedded.home() / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent) as file, suppress(FileExistsError):
            file.write(secrets.token_urlsafe(50))
            file.flush()
            os.link(file.name, path)  # whole or not at all: of two first processes one wins
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", "") or (_embedded_secret() if EMBEDDED else env.str("SECRET_KEY"))
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", not EMBEDDED)
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if TRUST_PROXY := env.bool("TRUST_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"

# --- Django ---------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",  # its commands go before Django's of the same name
    "unfold.apps.BasicAppConfig",
    "config.dashboard.apps.DashboardConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "orders_write",
    "orders_read",
    "projections",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.security_headers.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "config.correlation.CorrelationMiddleware",
    "config.rate_limits.RateLimitMiddleware",
    "config.outages.OutageMiddleware",
    "config.browsers.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.browsers.Users",
    "config.browsers.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["config.dashboard.tags"],
        },
    }
]
UNFOLD = theme.THEME
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"
SESSION_ENGINE, SESSION_CACHE_ALIAS = "django.contrib.sessions.backends.cached_db", "sessions"
CSRF_FAILURE_VIEW = "config.dashboard.error_pages.expired_form"
LANGUAGE_CODE, TIME_ZONE, USE_I18N, USE_TZ = "en-gb", "UTC", False, True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "config" / "dashboard" / "static"]
STATIC_ROOT = env.str("STATIC_ROOT", str(embedded.home() / "static" if EMBEDDED else BASE_DIR / "staticfiles"))
WHITENOISE_USE_FINDERS = env.bool("STATIC_FROM_APPS", EMBEDDED)
WHITENOISE_AUTOREFRESH = False

# --- HTTP API -------------------------------------------------------------------------------------------------------
MAX_BODY_BYTES, MAX_BATCH_BODY_BYTES = env.int("MAX_BODY_BYTES", 1_000_000), env.int("MAX_BATCH_BODY_BYTES", 8_000_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_100  # the dashboard's form of a return has a field for each of an order's lines
RATE_LIMIT_PER_TOKEN = env.int("RATE_LIMIT_PER_TOKEN", 12_000)
RATE_LIMIT_PER_ADDRESS = env.int("RATE_LIMIT_PER_ADDRESS", 30_000)
LOGIN_LIMIT_PER_ADDRESS = env.int("LOGIN_LIMIT_PER_ADDRESS", 10)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "orders_read.authentication.QueryTokens",
        "orders_write.authentication.CommandTokens",
        "gate.authentication.StaffSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["gate.permissions.MayByRole"],
    "DEFAULT_PARSER_CLASSES": ["gate.parser.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "config.api_errors.problem_of",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "config.openapi.schema.TableSchema",
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.AcceptHeaderVersioning",
    "DEFAULT_VERSION": "1",
    "ALLOWED_VERSIONS": ["1"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Daybook",
    "DESCRIPTION": "An order service: commands append events to a log, queries read what follows from it.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "TAGS": [
        {"name": "orders", "description": "What an order is made of, its confirmation and its end."},
        {"name": "payments", "description": "What became of the money."},
        {"name": "fulfillment", "description": "What became of the goods."},
        {"name": "queries", "description": "Orders and customers, as far as the read models have come."},
        {"name": "reports", "description": "What was sold."},
        {"name": "log", "description": "For other systems, and for those who run this one."},
    ],
    "POSTPROCESSING_HOOKS": ["config.openapi.schema.complete"],
    "SCHEMA_PATH_PREFIX": "/api",
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "tryItOutEnabled": True, "validatorUrl": None},
    "REDOC_DIST": "SIDECAR",
}
IDEMPOTENCY_HOURS = env.int("IDEMPOTENCY_HOURS", 24)  # how long an answer is kept for whoever repeats its key
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])  # none: no other origin's browser gets in
if CORS_ALLOWED_ORIGINS:
    INSTALLED_APPS.append("corsheaders")
    MIDDLEWARE.insert(0, "corsheaders.middleware.CorsMiddleware")
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    *default_headers, "consistency-token", "correlation-id", "idempotency-key", "if-match", "if-none-match", "prefer",
]  # fmt: skip
CORS_EXPOSE_HEADERS = [
    "Consistency-Token", "Correlation-Id", "ETag", "Idempotency-Replayed", "Location", "RateLimit-Limit",
    "RateLimit-Policy", "RateLimit-Remaining", "RateLimit-Reset", "Read-Lag", "Read-Position", "Retry-After", "Warning",
]  # fmt: skip
# Waiting for what was just written: how long at most, and how many requests of a process at a time, of queries and of
# those who follow the log; fewer together than the web server has threads.
READ_WAIT_MAX_SECONDS = env.int("READ_WAIT_MAX_SECONDS", 10)
READ_WAITERS, FEED_WAITERS = env.int("READ_WAITERS", 5), env.int("FEED_WAITERS", 2)

# --- Workers (RELIABILITY R10) --------------------------------------------------------------------------------------
SWEEP_SECONDS = env.int("SWEEP_SECONDS", 5)
_WORKERS = ("worker", "poster")
CELERY_BROKER_URL = URLS["CELERY_BROKER_URL"]
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30 if PROCESS in _WORKERS else 1,
    "socket_connect_timeout": 1,
    "health_check_interval": 25,
    "max_retries": None if PROCESS in _WORKERS else 0,
    "priority_steps": [0],
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 1
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 40, 60
CELERY_TASK_IGNORE_RESULT = True
# Wake-ups have a queue of their own. The poster takes one at a time and does it in its only thread: what is lost with
# it the sweep makes up for, so it need not acknowledge them (decision 12). A worker takes them too where it is let.
WAKE_UPS = "wake-ups"
CELERY_TASK_QUEUES = [Queue("celery"), Queue(WAKE_UPS, routing_key=WAKE_UPS, no_ack=PROCESS == "poster")]
CELERY_TASK_ROUTES = {"projections.look": {"queue": WAKE_UPS}}
CELERY_WORKER_POOL = "solo" if PROCESS == "poster" else "prefork"
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # kB; counted in tasks, a busy child would be replaced every minute
CELERY_DB_REUSE_MAX = 10**9  # Celery would close the pools after each task; config.celery gives the connections back
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_SERIALIZER, CELERY_ACCEPT_CONTENT = "json", ["json"]
LAG_SAMPLE_SECONDS, LAG_HISTORY_DAYS = env.int("LAG_SAMPLE_SECONDS", 30), env.int("LAG_HISTORY_DAYS", 7)
VERIFY_SECONDS, VERIFY_SAMPLE = env.int("VERIFY_SECONDS", 300), env.int("VERIFY_SAMPLE", 100)
VERIFY_WHOLE_LOG_UPTO = env.int("VERIFY_WHOLE_LOG_UPTO", 500_000)
REBUILD_AT_START = env.bool("REBUILD_AT_START", False)
# How long an order may wait to be confirmed, and how long one that has arrived and is paid for stays open; 0: for ever.
EXPIRE_AFTER_HOURS, CLOSE_AFTER_DAYS = env.float("EXPIRE_AFTER_HOURS", 168), env.float("CLOSE_AFTER_DAYS", 30)
POLICY_SECONDS = env.int("POLICY_SECONDS", 60)
_every = {
    "projections.sweep": SWEEP_SECONDS,
    "projections.sample_lag": LAG_SAMPLE_SECONDS,
    "projections.verify_next": VERIFY_SECONDS,
    "projections.act_on_deadlines": POLICY_SECONDS,
    "orders_write.forget_answers": 600,
}
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": seconds, "options": {"expires": seconds}}
    for name, seconds in _every.items()
    if seconds
}

# --- Logs -----------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOG_FORMAT = env.str("LOG_FORMAT", "") or ("console" if DEBUG or sys.stderr.isatty() else "json")
LOGGING = logs.configure(LOG_LEVEL, LOG_FORMAT)

# The tests make their databases with these roles (tests/databases.py).
TEST_OWNERS = {
    "default": {name: _owner[name] for name in ("USER", "PASSWORD")},
    "read": {"USER": embedded.OWNER, "PASSWORD": ""} if EMBEDDED else {},
}
