"""`manage.py createsuperuser`: Django's own, on the record."""

from django.contrib.auth.management.commands import createsuperuser

from config.management.on_record import OnRecord


class Command(OnRecord, createsuperuser.Command):
    action = "make user"
