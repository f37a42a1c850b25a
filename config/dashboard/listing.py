"""Pages that list: what is looked for stands in the address, and rows come a page at a time, the newest first."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet

from config.dashboard.page import Page

MOST = 2**63 - 1


class FilterForm(forms.Form):
    """What is looked for, and before which row the page begins."""

    is_filter = True

    before = forms.IntegerField(required=False, min_value=1, max_value=MOST, widget=forms.HiddenInput)


class Listing(Page):
    """A list of rows of one model. `what` says in words what is missing when the rows are."""

    form_class: ClassVar[type[FilterForm]]
    what: ClassVar[str]
    per_page: ClassVar[int] = 50

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Read what is looked for."""
        super().setup(request, *args, **kwargs)
        self.form = self.form_class(request.GET)
        self.form.is_valid()

    def found(self, given: dict[str, Any]) -> QuerySet[Any]:
        """Return all rows that are looked for, in their order."""
        raise NotImplementedError

    def before(self, found: QuerySet[Any], before: int) -> QuerySet[Any]:
        """Return those that come after a row in the list, which is ordered by its key unless this is overridden."""
        return found.filter(pk__lt=before)

    def rows(self) -> Sequence[Any]:
        """Return the rows of this page and one more, which tells that there is another page."""
        found, before = self.found(self.form.cleaned_data), self.form.cleaned_data["before"]
        return list((self.before(found, before) if before else found)[: self.per_page + 1])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the rows, and where there are more."""
        rows: Sequence[Any] = self.part(self.what, self.rows, ()) if self.form.is_valid() else ()
        shown, query = rows[: self.per_page], self.request.GET.copy()
        query.pop("before", None)
        newest = query.urlencode()
        older = f"{newest}&before={shown[-1].pk}" if len(rows) > self.per_page else ""
        context = {"form": self.form, "rows": shown, "newest": newest, "older": older}
        return super().get_context_data(**context, **kwargs)
