"""Django settings. One file; everything that differs between installations comes from the environment."""

from __future__ import annotations

import os
import secrets
from importlib.util import find_spec
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from leadloop import __version__
from leadloop.config import environment as env
from leadloop.config import jobs
from leadloop.followup.file_types import TYPES

# Arrow's own allocator keeps some 50 MB that nobody uses any more; it is chosen when Arrow is first loaded.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")

PACKAGE = Path(__file__).resolve().parent.parent


def _beside(library: str) -> Path:
    """Where a library lies, without importing it: that of the API costs a start a tenth of a second."""
    found = find_spec(library)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


# The API's reference page and its assets, served from here like every other.
_API_LIBRARY = _beside("ninja")

env.load_dotenv(Path.cwd() / ".env")

DATA_DIR = Path(env.text("LEADLOOP_DATA", "data")).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
VERSION = __version__

DEBUG = env.flag("LEADLOOP_DEBUG")
DEMO = env.flag("LEADLOOP_DEMO")
PRODUCTION = env.flag("LEADLOOP_PRODUCTION")


def _secret_key() -> str:
    """From the environment, else made once and kept in the data directory, readable by its owner only."""
    if key := env.text("LEADLOOP_SECRET_KEY"):
        return key
    path = DATA_DIR / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return path.read_text(encoding="ascii")


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.words("LEADLOOP_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = env.words("LEADLOOP_ORIGINS")

INSTALLED_APPS = [
    "leadloop.workspace",
    "leadloop.api",
    "leadloop.capture",
    "leadloop.reporting",
    "leadloop.imports",
    "leadloop.marketing",
    "leadloop.screening",
    "leadloop.warnings",
    "leadloop.followup",
    "leadloop.discovery",
    "leadloop.chain",
    "leadloop.actions",
    "leadloop.assignment",
    "leadloop.grading",
    "leadloop.identity",
    "leadloop.clocks",
    "leadloop.leads",
    "leadloop.customers",
    "leadloop.playbook",
    "leadloop.process",
    "leadloop.notices",
    "leadloop.people",
    "leadloop.store",
    "leadloop.journal",
    "leadloop.foundation.ui",
    "django_cotton",
    "django_htmx",
    "axes",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "leadloop.config.middleware.ContentPolicy",
    "leadloop.config.middleware.PlainAddresses",
    "leadloop.config.middleware.ApiAddresses",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "leadloop.people.web.middleware.ReaderSettings",
    "leadloop.config.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "leadloop.foundation.ui.errors.ErrorPages",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "leadloop.config.urls"
WSGI_APPLICATION = "leadloop.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "DIRS": [_API_LIBRARY / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "leadloop.foundation.ui.context.shell",
                "leadloop.workspace.navigation.navigation",
                "leadloop.notices.web.bell.bell",
            ],
        },
    },
]

DATABASES = {"default": env.database(env.text("DATABASE_URL"), DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "people:sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "people:sign_in"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "leadloop.config.middleware.client_address"
SILENCED_SYSTEM_CHECKS = ["axes.W003"]

SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
# The prefix makes browsers refuse a cookie that a neighbour host or plain http tries to plant.
SESSION_COOKIE_NAME = "__Host-leadloop" if PRODUCTION else "leadloop"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrftoken"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("LEADLOOP_BEHIND_PROXY") else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = env.text("LEADLOOP_LANGUAGE", "zh-hans")
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("LEADLOOP_ZONE", "Asia/Shanghai")
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "leadloop.foundation.ui.formats"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [_API_LIBRARY / "static"]
# `leadloop serve` collects static files under hashed names, which browsers may keep for good;
# everything else (tests, manage) takes them from where they lie.
STATIC_COLLECTED = env.flag("LEADLOOP_STATIC_COLLECTED")
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Uploaded files wait here until they are imported; never under the web root.
UPLOADS = DATA_DIR / "uploads"
STORE = DATA_DIR / "store"
# What is attached to follow-ups: by random names, served only by a page that asks who may see the lead.
ATTACHMENTS = DATA_DIR / "attachments"
ATTACHMENT_BYTES = int(env.text("LEADLOOP_ATTACHMENT_MB", "25")) * 1024 * 1024
ATTACHMENT_TYPES = env.words("LEADLOOP_ATTACHMENT_TYPES") or list(TYPES)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Where people reach this installation: links in e-mails and chat groups begin with it.
ADDRESS = env.text("LEADLOOP_ADDRESS").rstrip("/")
NOTICE_DAYS = int(env.text("LEADLOOP_NOTICE_DAYS", "180"))
# Whether webhooks may lead into private networks, as in a company that runs its own chat server.
ALLOW_PRIVATE_ADDRESSES = env.flag("LEADLOOP_ALLOW_PRIVATE_ADDRESSES")

EMAIL_HOST = env.text("LEADLOOP_SMTP_HOST")
EMAIL_USE_SSL = env.text("LEADLOOP_SMTP_SECURITY", "starttls") == "tls"
EMAIL_USE_TLS = env.text("LEADLOOP_SMTP_SECURITY", "starttls") == "starttls"
EMAIL_PORT = int(env.text("LEADLOOP_SMTP_PORT") or (465 if EMAIL_USE_SSL else 587))
EMAIL_HOST_USER = env.text("LEADLOOP_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("LEADLOOP_SMTP_PASSWORD")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("LEADLOOP_MAIL_FROM") or EMAIL_HOST_USER or "leadloop@localhost"

HUEY = jobs.queue(env.text("LEADLOOP_JOBS_URL"), DATA_DIR, immediate=env.flag("LEADLOOP_JOBS_IMMEDIATE"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LEADLOOP_LOG_LEVEL", "WARNING")},
    # Both write whole addresses of chat robots, which are keys.
    "loggers": {"apprise": {"level": "CRITICAL"}, "urllib3": {"level": "CRITICAL"}},
}
