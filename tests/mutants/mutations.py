"""What may go wrong in the engine, in one small edit each, and the tests of the laws that must notice.

An edit may be made in several places where several guards stand in a row; the mutation's name then says so.
"""

from tests.mutants.access import ACCESS
from tests.mutants.edits import Edit, Mutation

LAW_1 = "tests/laws/test_law_1_append_only.py::test_"
LAW_2 = "tests/laws/test_law_2_a_stream_is_one_aggregate.py::test_"
LAW_3 = "tests/laws/test_law_3_nothing_is_skipped.py::test_"
LAW_4 = "tests/laws/test_law_4_a_wake_up_is_a_hint.py::test_"
LAW_5 = "tests/laws/test_law_5_exactly_once_effects.py::test_"
LAW_6 = "tests/laws/test_law_6_one_bad_event.py::test_"
LAW_7_COMMANDS = "tests/laws/test_law_7_commands.py::test_"
LAW_7_QUERIES = "tests/laws/test_law_7_queries.py::test_"
LAW_8 = "tests/laws/test_law_8_read_models_are_disposable.py::test_"
LAW_9 = "tests/laws/test_law_9_what_was_stored_can_be_read.py::test_"
LAW_10 = "tests/laws/test_law_10_money_is_exact.py::test_"
LAW_11 = "tests/laws/test_law_11_a_command_is_done_once.py::test_"
POLICIES = "tests/projections/test_policies.py::test_"

_LOG_LOCK = "before insert on events\n    for each statement execute function events_take_log_lock()"
_ASKED_BY_ID = '    visible = conditions.visible_to(query.actor)\n    statement = " and ".join([_ORDER, *(condition.sql'
_TRIGGERS = "orders_write/migrations/0002_log_is_append_only.py"

MUTATIONS = (
    # Emptied, not removed: the tests set the trigger aside by its name when they empty the log.
    Mutation(
        "the append-only trigger lets everything through",
        (LAW_1 + "not_even_the_owner_can_change_an_event",),
        Edit(
            _TRIGGERS,
            "    raise exception 'The log is append-only: % of events is refused. Append a correcting event instead.', "
            "lower(tg_op)\n        using errcode = 'restrict_violation';\n",
            "    return null;\n",
        ),
    ),
    Mutation(
        "the versions of a stream are not unique",
        (LAW_2 + "the_constraint_refuses_a_version_that_is_taken",),
        Edit(
            "orders_write/migrations/0001_initial.py",
            "models.UniqueConstraint(fields=('stream_id', 'version'), name='events_stream_version')",
        ),
    ),
    Mutation(
        "an append takes no log lock",
        (
            LAW_3 + "a_hole_at_the_front_is_waited_for_and_then_read",
            LAW_3 + "sixteen_writers_that_stall_and_roll_back_hide_nothing_from_a_reader",
        ),
        Edit(_TRIGGERS, f"create trigger events_log_lock {_LOG_LOCK};\n"),
        Edit(_TRIGGERS, "alter table events enable always trigger events_log_lock;\n"),
    ),
    Mutation(
        "an append takes the log lock for each row, after it has drawn the position",
        (LAW_3 + "whoever_draws_a_position_has_the_log_lock_already",),
        Edit(_TRIGGERS, _LOG_LOCK, _LOG_LOCK.replace("each statement", "each row")),
        Edit(
            _TRIGGERS,
            "({LOG_LOCK_KEY});\n    return null;",
            "({LOG_LOCK_KEY});\n    return new;",
        ),
    ),
    Mutation(
        "the reader does not wait for open appenders",
        (LAW_3 + "a_hole_at_the_front_is_waited_for_and_then_read",),
        Edit("orders_write/event_log.py", "    wait_for_appenders(after, wait_seconds)\n"),
    ),
    Mutation(
        "the reader does not look again after it has waited",
        (LAW_3 + "what_commits_while_a_reader_waits_is_read",),
        Edit(
            "orders_write/event_log.py",
            "    safe = _safe_position(after, limit, upto, wait_seconds)\n",
            "    before = set(_positions(after, limit, upto))\n"
            "    safe = _safe_position(after, limit, upto, wait_seconds)\n",
        ),
        Edit(
            "orders_write/event_log.py",
            "    events = _read(after, safe, share)\n",
            "    events = [stored for stored in _read(after, safe, share) if stored.position in before]\n",
        ),
    ),
    # Without `using` the doorbell would hang on the alias `default`, which is the write database: nothing would change.
    Mutation(
        "on_commit hangs on another database than the write one",
        (LAW_4 + "the_doorbell_rings_after_the_commit_and_carries_nothing",),
        Edit("orders_write/event_store.py", "on_commit(_ring, using=WRITE", 'on_commit(_ring, using="read"'),
    ),
    Mutation(
        "a doorbell that fails fails the command (both guards off)",
        (LAW_4 + "a_doorbell_that_fails_does_not_fail_the_command",),
        Edit("orders_write/event_store.py", "using=WRITE, robust=True", "using=WRITE"),
        Edit("orders_write/event_store.py", "send_robust(sender=None)", "send(sender=None)"),
    ),
    Mutation(
        "a worker does not look once more when it has let go of the lock",
        (LAW_4 + "an_event_whose_wake_up_found_the_lock_taken_is_not_left_behind",),
        Edit("projections/catch_up.py", "if event_store.head() <= batch.position:", "if batch:"),
    ),
    Mutation(
        "a write merges what an earlier write of its transaction has left in the temporary table",
        (LAW_5 + "a_batch_that_is_applied_in_parts_counts_each_part_once",),
        Edit("projections/rows.py", 'f"delete from {staging}"', '"select 1"'),
    ),
    Mutation(
        "the checkpoint is committed apart from the rows",
        (LAW_5 + "rows_are_rolled_back_with_the_checkpoint",),
        Edit(
            "projections/catch_up.py",
            "    return Batch(len(found.events), checkpoints.advance(",
            "    connections[READ].connection.commit()\n    return Batch(len(found.events), checkpoints.advance(",
        ),
    ),
    Mutation(
        "the checkpoint is moved without a compare-and-set",
        (LAW_5 + "a_checkpoint_that_moved_is_not_moved_again",),
        Edit(
            "projections/checkpoints.py",
            'and position = %s returning id"',
            'and %s >= 0 returning id"',
        ),
    ),
    Mutation(
        "the checkpoint is not locked",
        (LAW_5 + "a_worker_that_finds_the_checkpoint_locked_goes_home",),
        Edit("projections/checkpoints.py", '(" for update" if wait else " for update skip locked")', '""'),
    ),
    Mutation(
        "an event that fails is skipped",
        (LAW_6 + "an_event_whose_json_is_broken_is_parked",),
        Edit("projections/posting.py", "        _park(work, events[0], error)\n", "        pass\n"),
    ),
    Mutation(
        "an event overtakes a parked one of its stream",
        (LAW_6 + "the_stream_waits_and_all_others_flow",),
        Edit("projections/posting.py", "    if free := _free(work, events):\n", "    if free := events:\n"),
    ),
    Mutation(
        "a rebuild skips what it cannot apply",
        (LAW_6 + "a_rebuild_never_skips_what_is_parked",),
        Edit(
            "projections/posting.py",
            "        raise CannotApply(work.projector.name, events[0], error) from error\n",
            "        pass\n",
        ),
    ),
    Mutation(
        "a command asks the read database",
        (LAW_7_COMMANDS + "a_command_asks_the_write_database_alone",),
        Edit(
            "orders_write/event_store.py",
            "    if not events:\n        return []\n",
            '    connections["read"].cursor().execute("select 1")\n',
        ),
    ),
    Mutation(
        "a query asks the write database",
        (
            LAW_7_QUERIES + "a_query_asks_the_read_database_alone",
            LAW_7_QUERIES + "a_query_is_answered_while_the_write_database_is_down",
        ),
        Edit(
            "orders_read/handlers.py",
            _ASKED_BY_ID,
            '    __import__("django.db").db.connections["default"].cursor().execute("select 1")\n' + _ASKED_BY_ID,
        ),
    ),
    Mutation(
        "a swap does not lock the live checkpoints",
        (LAW_8 + "no_worker_posts_into_rows_that_are_being_replaced",),
        Edit(
            "projections/swap.py",
            "list(checkpoints.live(projector).select_for_update())",
            "list(checkpoints.live(projector))",
        ),
    ),
    Mutation(
        "a swap does not bring the new rows level with the live ones",
        (LAW_8 + "readers_see_nothing_older_after_the_swap_than_before",),
        Edit(
            "projections/swap.py",
            "        follow_upto(projector, (state,), partition, target, apply)\n",
            "        pass\n",
        ),
    ),
    Mutation(
        "a stored event changes its shape within a version",
        (LAW_9 + "a_type_keeps_its_shape_within_a_schema_version",),
        Edit(
            "orders_write/domain/events.py",
            "    reason: str\n    restock: bool\n",
            '    reason: str\n    restock: bool\n    refund: str = "none"\n',
        ),
    ),
    Mutation(
        "an old version of an event has no upcaster",
        (LAW_9 + "every_version_ever_written_decodes_to_the_event_it_was",),
        Edit("orders_write/event_codec.py", '    ("OrderCancelled", 1): _cancelled_1_to_2,\n'),
    ),
    Mutation(
        "a total is summed in floats",
        (LAW_10 + "a_total_is_the_exact_sum_and_survives_storage",),
        Edit(
            "orders_write/domain/values.py",
            "sum((line.total for line in lines), Decimal(0))",
            "Decimal(sum(float(line.total) for line in lines))",
        ),
    ),
    Mutation(
        "an amount is read back as a float",
        (LAW_10 + "amounts_come_back_as_they_were_sent",),
        Edit(
            "orders_read/serializers.py",
            "        body[name] = amount(body[name], currency)\n",
            "        body[name] = float(body[name])\n",
        ),
    ),
    Mutation(
        "a policy asks whatever version the order is at",
        (POLICIES + "an_order_that_moved_on_is_left_to_its_newer_row",),
        Edit("projections/policies.py", ", expected_version=row.version)", ")"),
    ),
    Mutation(
        "a policy counts from when things are said to have happened",
        (POLICIES + "orders_of_long_ago_that_were_recorded_just_now_have_their_time",),
        Edit("projections/projectors/order_deadlines.py", "stored.recorded_at", "stored.occurred_at"),
    ),
    Mutation(
        "events are stored although their key was claimed before",
        (LAW_11 + "two_hundred_duplicates_at_once_place_one_order",),
        Edit("orders_write/log_insert.py", "%s::jsonb, %s from claimed", "%s::jsonb, %s"),
    ),
    Mutation(
        "a replayed answer says a position of its own",
        (LAW_11 + "every_answer_is_given_again_as_it_was",),
        Edit("orders_write/idempotency.py", "event_store.position_of(*answer.last)", "event_store.head() + 1"),
    ),
    *ACCESS,
)
