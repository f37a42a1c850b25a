"""The page of one order: as it is and as it was, what happened to it, and what can be done to it."""

from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from config.dashboard import order_actions, order_commands, order_history, order_shown
from config.dashboard.links import actor, address
from config.dashboard.order_actions import Action
from config.dashboard.order_changes import body_of
from config.dashboard.order_choices import form_of
from config.dashboard.order_commands import Outcome
from config.dashboard.order_form import CommandForm
from config.dashboard.order_history import Entry, History
from config.dashboard.orders import MAY_SEE
from config.dashboard.page import Page
from gate.consistency import position_of
from orders_read.consistency import Wish
from orders_read.queries import GetOrderById, GetOrderTimeline
from orders_read.query_bus import ask
from orders_write import event_store
from orders_write.command_bus import Possible

MAY_COMMAND = "orders_write.command_orders"


class Known(NamedTuple):
    """What the read side knows of an order: its newest body, its history, and whether it lacks what was wished for."""

    order: dict[str, Any] | None
    history: History
    is_stale: bool = False

    @property
    def version(self) -> int:
        """The newest version that is known."""
        return max(self.order["version"] if self.order else 0, self.history.version)


class Order(Page):
    """One order; `?version=N` shows it as it was, `?do=` opens the form of a command."""

    name, title = "order", "Order"
    template_name = "dashboard/order.html"
    permission_required = MAY_SEE

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Begin with the order in the address, and nothing asked of it yet."""
        super().setup(request, *args, **kwargs)
        self.order_id: UUID = kwargs["order_id"]
        self.status = 200
        self.expected: int | None = None
        self.sent: tuple[CommandForm, Outcome] | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Carry out what a form asks for, and go back to the order; or show the form again with what is wrong."""
        if not request.user.has_perm(MAY_COMMAND):
            raise PermissionDenied
        action = _action(request.POST.get("do", ""))
        form = self._form(action, self._known(), data=request.POST.dict())
        outcome = self._carried_out(form)
        if outcome.is_done:
            messages.success(request, f"{action.done}: the order is at version {outcome.version}.")
            return HttpResponseRedirect(address(self.name, self.order_id, after=outcome.token))
        self.sent, self.status, self.expected = (form, outcome), outcome.status, outcome.found_version
        self.missing.clear()  # the read side is asked again, for what there is now
        return self.render_to_response(self.get_context_data(**kwargs))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show what the read side knows, and the form that is asked for."""
        known = self._known()
        if not known.version and not self.missing:
            self.status = 404
        shown = order_shown.shown(known.order, known.history, known.version, self.request.GET.get("version", ""))
        commands = self._commands(known) if self.request.user.has_perm(MAY_COMMAND) else {}
        said: dict[str, Any] = {"known": known}
        if self.request.user.has_perm("orders_write.view_event"):
            said |= {"may_see_events": True, "events_address": address("events", stream=self.order_id)}
        return super().get_context_data(**said, **shown, **commands, **kwargs)

    def render_to_response(self, context: dict[str, Any], **response_kwargs: Any) -> HttpResponse:
        """Render the page, with the status that it has come to."""
        return super().render_to_response(context, **{"status": self.status} | response_kwargs)

    def _known(self) -> Known:
        """Ask the read side; after a command, for no less than what that led to."""
        position = _position(self.request.GET.get("after", ""))
        wish = Wish(position) if position or self.expected else Wish(wait=0)
        who: dict[str, Any] = {"actor": actor(self.request), "order_id": self.order_id}
        query = GetOrderById(expected_version=self.expected, **who)
        answer = self.part("the order", lambda: ask(query, wish), None)
        if answer is None:
            return Known(None, History())
        if position:
            self.part("its timeline", lambda: ask(GetOrderTimeline(page_size=1, **who), wish), None)
        history = self.part("its timeline", lambda: order_history.read(self.order_id), History())
        return Known(body_of(answer.found) if answer.found else None, history, answer.stale)

    def _commands(self, known: Known) -> dict[str, Any]:
        """Return the commands that may be given, and the form that is open, with what is to be known before it is sent.

        A form that was sent and refused is shown again; where somebody else was faster, on the version that is there.
        """
        if not order_commands.is_answering():
            return {"is_closed": True} | ({"form": self.sent[0]} if self.sent else {})
        areas = order_actions.areas(known.history.possible(self.order_id))
        return {"may_command": True, "areas": areas} | (self._sent_again(known) if self.sent else self._opened(known))

    def _opened(self, known: Known) -> dict[str, Any]:
        slug = self.request.GET.get("do", "")
        if slug not in order_actions.BY_SLUG or not known.version:
            return {}
        seen = self.request.GET.get("seen", "")
        is_old = seen.isdecimal() and len(seen) < 9 and int(seen) < known.history.version
        news = known.history.since(int(seen)) if is_old else []
        return {"form": self._form(order_actions.BY_SLUG[slug], known), "news": news}

    def _sent_again(self, known: Known) -> dict[str, Any]:
        assert self.sent is not None
        form, outcome = self.sent
        if outcome.found_version is None:
            return {"form": form}
        renewed = form.again(outcome.found_version)
        news = self._news(form.expected_version)
        return {"form": self._form(form.action, known, data=renewed), "news": news, "is_conflict": True}

    def _news(self, version: int) -> list[Entry]:
        """Return what others did after a version, from the log: the read model may not have it yet."""
        read = lambda: order_history.read(self.order_id, event_store.load_stream).since(version)  # noqa: E731
        news: list[Entry] = self.part("what others did", read, [])
        return news

    def _form(self, action: Action, known: Known, data: dict[str, Any] | None = None) -> CommandForm:
        possible: Possible = known.history.possible(self.order_id)
        return form_of(action, known.order, possible, known.version, data)

    def _carried_out(self, form: CommandForm) -> Outcome:
        if not form.is_valid():
            return Outcome(status=400)
        outcome = order_commands.send(self.request, form, self.order_id)
        if outcome.found_version is None:
            form.take(outcome.errors, renewed=not outcome.is_open)
        return outcome


def _action(slug: str) -> Action:
    if slug not in order_actions.BY_SLUG:
        raise Http404("There is no such command.")
    return order_actions.BY_SLUG[slug]


def _position(token: str) -> int:
    """Return the position in the log that a command came to, 0 for none and for a token that is not ours."""
    try:
        return position_of(token) if token else 0
    except (BadSignature, ValueError):
        return 0
