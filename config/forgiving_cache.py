"""The cache for what is stored elsewhere too: while its server is down it holds nothing, and nobody fails."""

from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError


class ForgivingCache(RedisCache):
    """Django's cache in Redis, for sessions and for whom the dashboard remembers."""

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """Return what is kept, the default when nobody answers."""
        try:
            return super().get(key, default, version)
        except (RedisError, OSError):
            return default

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Keep something, if somebody answers."""
        try:
            super().set(*args, **kwargs)
        except (RedisError, OSError):
            return

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Forget something, if somebody answers."""
        try:
            return super().delete(*args, **kwargs)
        except (RedisError, OSError):
            return False

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        """Tell whether something is kept."""
        try:
            return super().has_key(*args, **kwargs)
        except (RedisError, OSError):
            return False
