"""Who may do what: each view says so in its `may`, and what no view says, nobody may."""

from collections.abc import Mapping, Set
from typing import Any, cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from gate.problems import Problem
from gate.tokens import Actor

May = Mapping[str, Set[str]]


class MayByRole(BasePermission):
    """Lets a role in where the view's `may` names it for the method: `may = {"GET": {OPERATOR, AUDITOR}}`.

    It decides before anything is looked up. HEAD is allowed with GET, OPTIONS to whoever may do anything there.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Tell whether the actor's role may use this method here; nobody may where the view does not say so."""
        if not isinstance(request.user, Actor):
            return False
        if request.method not in view.allowed_methods:
            return True  # the answer is 405, whoever asks
        roles = _roles(getattr(view, "may", {}), str(request.method))
        self.message = (
            f"This is not for the role {request.user.role}; it is for: {', '.join(sorted(roles)) or 'nobody'}."
        )
        return request.user.role in roles


def _roles(may: May, method: str) -> Set[str]:
    if method == "OPTIONS":
        return frozenset[str]().union(*may.values())
    return may.get("GET" if method == "HEAD" else method, frozenset())


def actor_of(request: Request) -> Actor:
    """Return who asks, in a view that MayByRole guards."""
    return cast(Actor, request.user)


def check_customer(actor: Actor, customer_id: str) -> None:
    """Let a customer ask about itself alone; the others may ask about anybody.

    Raises:
        Problem: 404, the same for another customer and for one that nobody knows.
    """
    if actor.customer_id not in (None, customer_id):
        raise customer_not_found(customer_id)


def customer_not_found(customer_id: str) -> Problem:
    """Build the answer to a question about a customer that the actor sees nothing of."""
    sentence = f"There is no customer {customer_id} here; check the id."
    return Problem(404, "customer-not-found", "There is no such customer", sentence)
