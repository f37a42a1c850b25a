"""Puts the dashboard's site in the place of Django's own."""

from django.contrib.admin.apps import AdminConfig


class DashboardConfig(AdminConfig):
    """Django's admin, with the dashboard's site as the one that models are registered with."""

    default_site = "config.dashboard.site.DashboardSite"

    def ready(self) -> None:
        """Register users and roles as the dashboard shows them, and begin to record who signs in."""
        super().ready()
        from config.dashboard import signing_in, users

        users.register()
        signing_in.connect()
