"""What may go wrong in who may what, in one small edit each, and the tests that must notice."""

from tests.mutants.edits import Edit, Mutation

_WHO_MAY = "tests/api/test_who_may.py::test_"
_TOKENS = "tests/api/test_authentication.py::test_"
_CUSTOMERS = "tests/orders_write/test_customers_orders.py::test_"
_COPIES = "tests/projections/test_token_copies.py::test_"

ACCESS = (
    Mutation(
        "a customer sees everybody's orders",
        (_WHO_MAY + "who_may", _WHO_MAY + "a_customer_neither_lists_finds_nor_counts_the_orders_of_others"),
        Edit(
            "orders_read/conditions.py",
            "    if actor.role == CUSTOMER:\n",
            "    if actor.role == CUSTOMER:\n        return []\n",
        ),
    ),
    Mutation(
        "a customer changes everybody's orders",
        (_WHO_MAY + "who_may", _CUSTOMERS + "a_foreign_order_is_answered_as_an_unknown_one"),
        Edit("orders_write/command_bus.py", "    if customer_id is None:\n        return None\n", "    return None\n"),
    ),
    Mutation(
        "what a view does not say everybody may",
        (_WHO_MAY + "who_may",),
        Edit("gate/permissions.py", "return request.user.role in roles", "return True"),
    ),
    Mutation(
        "a foreign order is loaded by a command before it is refused",
        (_WHO_MAY + "the_time_of_an_answer_does_not_tell_whether_the_order_is_there",),
        Edit(
            "orders_write/event_store.py",
            "    first = _log().filter(stream_id=stream_id, version=1)\n",
            "    load_stream(stream_id)\n    first = _log().filter(stream_id=stream_id, version=1)\n",
        ),
    ),
    Mutation(
        "a foreign order is loaded by a query before it is refused",
        (_WHO_MAY + "the_time_of_an_answer_does_not_tell_whether_the_order_is_there",),
        Edit(
            "orders_read/handlers.py",
            "def get_order_by_id(",
            "def get_order_by_id(query: GetOrderById, wish: Wish, source: str) -> tuple[Progress, Row | None]:\n"
            "    from orders_read.models import OrderView\n\n"
            "    OrderView.objects.filter(order_id=query.order_id).first()\n"
            "    return _get_order_by_id(query, wish, source)\n\n\n"
            "def _get_order_by_id(",
        ),
    ),
    Mutation(
        "a revoked token stays live",
        (_TOKENS + "a_revoked_token_is_refused_by_both_sides_within_about_a_second",),
        Edit("gate/token_row.py", '        if self.revoked_at is not None:\n            return "revoked"\n'),
    ),
    Mutation(
        "the sweep copies no tokens",
        (_COPIES + "a_token_made_while_the_read_database_is_down_is_copied_by_the_next_sweep",),
        Edit("projections/tasks.py", "    token_copies.copy_or_log()\n"),
    ),
)
