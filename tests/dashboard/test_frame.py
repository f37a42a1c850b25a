"""What every page stands in: the login, the sidebar, the heartbeat."""


def test_staff_sign_in_and_see_the_overview_renew_itself(visit, user):
    page = visit().sign_in(user("ada"))
    assert page.title() == "Overview | Daybook"
    page.get_by_text("live, heard").wait_for()
    with page.expect_response("**/admin/"):
        pass
    assert page.get_by_role("row", name="order_views").is_visible()
