"""The doorbells: rung after a commit. They say "look now" and carry nothing."""

from django.dispatch import Signal

events_committed = Signal()
tokens_changed = Signal()
