"""What an engineer says with each action on a projection."""

from django import forms

_MOST = 500


class Why(forms.Form):
    """A reason, which goes into the audit trail."""

    reason = forms.CharField(max_length=_MOST, required=False, help_text="Goes into the audit trail.")


class Because(forms.Form):
    """A reason that must be given."""

    reason = forms.CharField(max_length=_MOST, help_text="Goes into the audit trail, and is shown here.")


class Retry(forms.Form):
    """Which stream's events are tried again."""

    stream = forms.UUIDField(widget=forms.HiddenInput)


class Skip(Because):
    """Which stream goes on without its event."""

    stream = forms.UUIDField(widget=forms.HiddenInput)


class Verify(forms.Form):
    """How much is compared."""

    SAMPLE, ALL = "verify a sample", "verify all rows"
    what = forms.ChoiceField(
        choices=[(SAMPLE, "the rows of about 1,000 orders"), (ALL, "all rows: the whole log is folded again")],
        initial=SAMPLE,
        label="Compare",
        help_text="Rows that many orders add to are always all compared.",
    )


class Rebuild(Why):
    """How the log is folded."""

    workers = forms.IntegerField(
        min_value=1,
        max_value=16,
        initial=1,
        label="Processes",
        help_text="How many of the worker's machine fold side by side.",
    )
    verify = forms.BooleanField(required=False, label="Swap only if the new rows equal the live ones")
    park = forms.BooleanField(required=False, label="Park events that cannot be applied, instead of stopping at them")
    field_order = ("workers", "verify", "park", "reason")

    def options(self) -> list[str]:
        """Return what was chosen as the command's options."""
        chosen = self.cleaned_data
        flags = [f"--{name}" for name in ("verify", "park") if chosen[name]]
        return ["--workers", str(chosen["workers"]), *flags]
