"""The doorbell: rung after a commit that appended events. It says "look now" and carries nothing."""

from django.dispatch import Signal

events_committed = Signal()
