from __future__ import annotations

import tracemalloc
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from tap_gong_stats.api.gong import MISSING_SCOPE, error_text, is_gong_error
from tap_gong_stats.api.pages import EMPTY_PAGE
from tap_gong_stats.api.transport import ApiResponse
from tap_gong_stats.errors import (
    ApiError,
    AuthenticationError,
    CursorExpiredError,
    ForbiddenError,
    TransientError,
    WindowNotClosedError,
)
from tests.api.helpers import LABEL, USERS, fetch_from_gong, gong_client, query, users
from tests.helpers import Json, StubResponse, gong_error, scripted_server

pytestmark = pytest.mark.usefixtures("fast_retries")

CHECK_URL = "check api_url and the proxies between here and Gong"
NO_SCOPE = f"{MISSING_SCOPE} 'api:users:read' in your app."


def fetch_page(response: StubResponse, cursor: str | None = None) -> Any:
    with scripted_server(lambda *_: response) as server:
        client = gong_client(server.url)
        try:
            return client.fetch_page(query(), cursor, None)
        finally:
            client.close()


def body(**changes: Any) -> StubResponse:
    return StubResponse(body={**users("1").body, **changes})


def test_cursor_is_added_next_to_an_unchanged_filter() -> None:
    pages = [users("1", cursor="a", total=3), users("2", cursor="b", total=3), users("3", total=3)]
    outcome = fetch_from_gong(lambda _, number: pages[number], query(filter={"userIds": ["7"]}))
    assert outcome.ids == ["1", "2", "3"]
    assert [request.get("cursor") for request in outcome.requests] == [None, "a", "b"]
    assert [request["filter"] for request in outcome.requests] == [{"userIds": ["7"]}] * 3


def test_page_has_items_ids_envelope_cursor_and_total() -> None:
    response = body(records={"totalRecords": 7, "cursor": "a"}, timeZone="Asia/Tokyo")
    page = fetch_page(response)
    assert [*page.items] == [{"id": "1"}]
    assert page.ids == ["1"]
    assert page.envelope == {"requestId": "req0", "timeZone": "Asia/Tokyo"}
    assert (page.cursor, page.total_records) == ("a", 7)
    assert page.size == len(response.encoded())


def peak_of_parsing(content: bytes) -> int:
    """Return how many bytes were allocated at once while a response was parsed."""
    response = ApiResponse(200, "OK", {}, content, "", "")
    client = gong_client("http://127.0.0.1:1")
    tracemalloc.start()
    try:
        with suppress(TransientError):
            assert client.parse_page(response, query()).envelope == {"new": None}
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        client.close()


@pytest.mark.parametrize("content", [b'{"users": [], "new": %b}', b'{"users": [], "errors": %b}'])
def test_other_fields_take_no_more_memory_than_they_have_bytes(content: bytes) -> None:
    content %= b"[[]" + b", []" * 2**20 + b"]"
    assert peak_of_parsing(content) < 2 * len(content)


@pytest.mark.parametrize("cursor", [None, ""])
def test_null_or_empty_cursor_means_the_last_page(cursor: str | None) -> None:
    assert fetch_page(body(records={"totalRecords": 1, "cursor": cursor})).cursor is None


@pytest.mark.parametrize("records", [None, {}, {"totalRecords": None}])
def test_missing_page_info_is_not_an_error(records: Any) -> None:
    page = fetch_page(body(records=records))
    assert (page.ids, page.cursor, page.total_records) == (["1"], None, None)


@pytest.mark.parametrize("errors", [[], None, ""])
def test_empty_list_of_errors_with_items_is_not_an_error(errors: Any) -> None:
    assert fetch_page(body(errors=errors)).ids == ["1"]


def test_item_that_is_listed_twice_is_returned_once_also_without_a_total() -> None:
    pages = [users("1", 2, "1", cursor="a"), users(1, "2", "3")]
    for response in pages:
        del response.body["records"]["totalRecords"]
    assert fetch_from_gong(lambda _, number: pages[number]).ids == ["1", 2, "3"]


def test_total_as_text_is_a_number() -> None:
    assert fetch_page(body(records={"totalRecords": "7"})).total_records == 7


def test_null_list_where_gong_counts_nothing_is_an_empty_page() -> None:
    page = fetch_page(body(users=None, records={"totalRecords": 0}))
    assert (len(page.items), page.ids) == (0, [])


def test_replaced_characters_are_counted() -> None:
    page = fetch_page(StubResponse(body=rb'{"users": [{"id": "1", "x": "a\u0000"}]}'))
    assert [*page.items] == [{"id": "1", "x": "a\ufffd"}]
    assert page.replacements == 1


@pytest.mark.parametrize(
    "users_json",
    [
        b"7",
        b'"x"',
        b"{}",
        b"[7]",
        b'[{"id": []}]',
        b'[{"id": "1", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]",
    ],
    ids=["number", "text", "object", "numbers", "id", "depth"],
)
def test_response_of_another_shape_is_transient_and_ends_in_one_line(users_json: bytes) -> None:
    malformed = StubResponse(body=b'{"users": ' + users_json + b"}")
    outcome = fetch_from_gong(lambda *_: malformed)
    assert outcome.message.startswith("HTTP 200: not a valid Gong API response (")
    assert outcome.message.isprintable()
    assert len(outcome.requests) == 8
    assert fetch_from_gong(lambda _, number: [malformed, users("1")][number]).ids == ["1"]


def test_404_in_gongs_form_is_an_empty_page() -> None:
    assert fetch_page(gong_error("No users found", 404)) is EMPTY_PAGE


def test_404_of_an_endpoint_that_never_sends_it_for_nothing_is_an_error() -> None:
    wanted = query(replace(USERS, empty_when_not_found=False))
    outcome = fetch_from_gong(lambda *_: gong_error("No such user", 404), wanted)
    assert outcome.message == "HTTP 404: No such user (requestId req1)"


@pytest.mark.parametrize(
    "text",
    [
        "No handler found for POST /v22/users",
        "Path not found",
        "Unknown route",
        "No such endpoint",
        "The requested URL was not found on this server",
        "Cannot POST /v22/stats",
        "No static resource v2/stats",
        "404 page not found",
        "Unknown paths",
    ],
)
def test_404_in_gongs_form_that_speaks_of_the_url_is_an_error(text: str) -> None:
    outcome = fetch_from_gong(lambda *_: gong_error(text, 404))
    assert outcome.message == f"HTTP 404: {text} (requestId req1); {CHECK_URL}"
    assert len(outcome.requests) == 1


@pytest.mark.parametrize("content", [b"<html>Not Found</html>", {"error": "x"}, {"errors": "x"}])
def test_404_in_another_form_is_an_error(content: Any) -> None:
    outcome = fetch_from_gong(lambda *_: StubResponse(404, content))
    assert outcome.message == f"HTTP 404: not a valid Gong API response; {CHECK_URL}"
    assert len(outcome.requests) == 1


@pytest.mark.parametrize("status", [400, 402, 405, 409, 410, 422])
def test_permanent_error_is_raised_at_once_in_gongs_words(status: int) -> None:
    outcome = fetch_from_gong(lambda *_: gong_error("No\n  such luck", status, x_traceid="trace7"))
    assert type(outcome.error) is ApiError
    assert outcome.message == f"HTTP {status}: No such luck (requestId trace7)"
    assert len(outcome.requests) == 1


CHECK_CREDENTIALS = (
    "check the credentials: they are wrong, expired or revoked, or belong to another api_url"
)
GRANT_SCOPE = (
    "grant the scope api:users:read in Gong, deselect the stream, or set skip_forbidden_streams"
)


@pytest.mark.parametrize(
    ("response", "kind", "message"),
    [
        (
            gong_error("Access denied", 401),
            AuthenticationError,
            f"HTTP 401: Access denied (requestId req1); {CHECK_CREDENTIALS}",
        ),
        (
            gong_error(NO_SCOPE, 401),
            ForbiddenError,
            f"HTTP 401: {NO_SCOPE} (requestId req1); {GRANT_SCOPE}",
        ),
        (
            gong_error("No", 403),
            ForbiddenError,
            f"HTTP 403: No (requestId req1); {GRANT_SCOPE}",
        ),
        (
            gong_error("filter.toDate: must not be in the future"),
            WindowNotClosedError,
            "HTTP 400: filter.toDate: must not be in the future (requestId req1)",
        ),
        (
            gong_error("The Cursor has expired"),
            CursorExpiredError,
            "HTTP 400: The Cursor has expired (requestId req1)",
        ),
    ],
)
def test_error_of_its_own_kind_is_raised_at_once(
    response: StubResponse, kind: type[ApiError], message: str
) -> None:
    with pytest.raises(kind) as raised:
        fetch_page(response, "a")
    assert type(raised.value) is kind
    assert str(raised.value) == f"{LABEL}: {message}"


def test_403_in_another_form_is_not_a_missing_scope() -> None:
    outcome = fetch_from_gong(lambda *_: StubResponse(403, b"<html>Blocked</html>"))
    assert type(outcome.error) is ApiError
    assert outcome.message == f"HTTP 403: not a valid Gong API response; {CHECK_URL}"


@pytest.mark.parametrize("content", [None, {}, {"errors": "x"}, {"errors": {"a": "b"}}])
def test_content_without_a_list_of_errors_is_not_a_gong_error(content: Json | None) -> None:
    assert not is_gong_error(content)
    assert error_text(content) == ""


@pytest.mark.parametrize(("errors", "text"), [([], ""), (["a\n b", 7], "a b; 7")])
def test_error_text_joins_the_errors_in_one_line(errors: list[Any], text: str) -> None:
    assert is_gong_error({"errors": errors})
    assert error_text({"errors": errors}) == text


def test_texts_of_a_response_are_short_and_printable() -> None:
    long, unusual = "x" * 1000, "a\x1b[31m\u202eb"
    response = StubResponse(400, {"errors": [unusual, long], "requestId": f"{unusual}{long}"})
    message = fetch_from_gong(lambda *_: response).message
    assert message.startswith("HTTP 400: a\\x1b[31m\\u202eb; xxx")
    assert "(requestId a\\x1b[31m\\u202ebxxx" in message
    assert message.isprintable()
    assert len(message) < 1100


def test_location_of_a_redirect_is_short_and_printable() -> None:
    response = StubResponse(302, b"", {"Location": f"/a%0A{'b' * 1000}"})
    message = fetch_from_gong(lambda *_: response).message
    assert message.startswith("HTTP 302: redirected to /a%0Abbb")
    assert len(message) < 600


def test_trace_id_and_location_are_redacted() -> None:
    response = gong_error("no", 400, x_traceid="sandbox-secret")
    assert fetch_from_gong(lambda *_: response).message == "HTTP 400: no (requestId ***)"
    moved = StubResponse(302, b"", {"Location": "https://sandbox-secret.test/x"})
    assert fetch_from_gong(lambda *_: moved).message == (
        "HTTP 302: redirected to another host; set api_url to https://***.test"
    )
