from __future__ import annotations

from datetime import date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from gong_sandbox.company import Company
from tests.gong_sandbox.conftest import DAY, TODAY, Clock

MONDAY = date(2026, 11, 2)
COMPANY = Company(users=25, seed=3, time_zone="Europe/Berlin", clock=Clock())


@settings(max_examples=40)
@given(
    start=st.dates(TODAY - 60 * DAY, TODAY - DAY),
    length=st.integers(1, 21),
    split=st.integers(0, 21),
)
def test_answered_scorecards_of_a_range_are_those_of_its_parts(
    start: date, length: int, split: int
) -> None:
    end, middle = start + length * DAY, start + min(split, length) * DAY
    scorecards = COMPANY.answered_scorecards
    assert scorecards(start, end) == scorecards(start, middle) + scorecards(middle, end)


def test_activity_counts_the_scorecards_answered_by_users(company: Company) -> None:
    answered = company.answered_scorecards(MONDAY, TODAY)
    assert {item["reviewMethod"] for item in answered} == {"MANUAL", "AUTOMATIC"}
    manual = [item for item in answered if item["reviewMethod"] == "MANUAL"]
    for user in company.users:
        activity = company.activity(user.id, MONDAY, TODAY)
        assert sorted(activity["callsScorecardsFilled"]) == sorted(
            item["callId"] for item in manual if item["reviewerUserId"] == user.id
        )
        assert sorted(activity["callsScorecardsReceived"]) == sorted(
            item["callId"] for item in manual if item["reviewedUserId"] == user.id
        )
        assert set(activity["callsMarkedAsFeedbackGiven"]) <= {item["callId"] for item in manual}


def test_answered_scorecards_match_their_definition(company: Company) -> None:
    definitions = {item["scorecardId"]: item for item in company.scorecards}
    answered = company.answered_scorecards(TODAY - 60 * DAY, TODAY)
    ids = {item["answeredScorecardId"] for item in answered}
    assert len(ids) == len(answered) > 200
    for item in answered:
        definition = definitions[item["scorecardId"]]
        assert definition["enabled"]
        assert item["reviewMethod"] == definition["reviewMethod"]
        assert (item["reviewerUserId"] is None) == (item["reviewMethod"] == "AUTOMATIC")
        assert datetime.fromisoformat(item["callStartTime"]) < datetime.fromisoformat(
            item["reviewTime"]
        )


def test_answers_match_their_question(company: Company) -> None:
    definitions = {item["scorecardId"]: item for item in company.scorecards}
    scores: set[tuple[int, int]] = set()
    other_answers: set[str] = set()
    for item in company.answered_scorecards(TODAY - 60 * DAY, TODAY):
        questions = definitions[item["scorecardId"]]["questions"]
        for question, answer in zip(questions, item["answers"], strict=True):
            assert question["questionId"] == answer["questionId"]
            assert question["questionRevisionId"] == answer["questionRevisionId"]
            values = [answer["score"], answer["answerText"], answer["selectedOptions"]]
            if answer["notApplicable"]:
                assert values == [None, None, None]
                other_answers.add("not applicable")
            if answer["score"] is not None:
                lowest, highest = int(question["minRange"]), int(question["maxRange"])
                assert lowest <= answer["score"] <= highest
                scores.add((answer["score"], highest))
            if answer["answerText"] is not None:
                assert question["questionType"] == "OPEN_TEXT"
                other_answers.add("text")
            if answer["selectedOptions"] is not None:
                options = {str(option["id"]) for option in question["answerOptions"]}
                assert set(answer["selectedOptions"]) <= options
                other_answers.add("options")
    assert {(1, 5), (5, 5)} <= scores
    assert other_answers == {"not applicable", "text", "options"}
