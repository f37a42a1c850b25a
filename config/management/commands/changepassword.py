"""`manage.py changepassword`: Django's own, on the record."""

from django.contrib.auth.management.commands import changepassword

from config.management.on_record import OnRecord


class Command(OnRecord, changepassword.Command):
    action = "set password"
