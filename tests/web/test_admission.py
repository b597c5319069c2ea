"""When the house is full the rest is refused at once, in order of importance, and told when to come back."""

from __future__ import annotations

import time
from threading import Event, Thread

import pytest

from kernel.permissions import Permission
from kernel.web.admission import EXTENSION, Admission, age_s
from kernel.web.blueprints import mark
from kernel.web.priority import Priority
from tests.web.parts import web


def test_no_more_than_the_limit_are_in_flight() -> None:
    admission = Admission(2, waiting=0)
    assert [admission.enter(Priority.LOGIN) for _ in range(3)] == [True, True, False]
    admission.leave()
    assert admission.enter(Priority.LOGIN)


def test_lesser_classes_find_the_house_full_first() -> None:
    admission = Admission(10, waiting=0)
    ceilings = [
        admission.ceiling(p) for p in (Priority.LOGIN, Priority.CITIZEN, Priority.CONSOLE, Priority.BATCH)
    ]
    assert ceilings == sorted(ceilings, reverse=True)
    assert ceilings[0] == 10
    for _ in range(ceilings[3]):
        assert admission.enter(Priority.BATCH)
    assert not admission.enter(Priority.BATCH)
    assert admission.enter(Priority.CONSOLE)
    assert admission.enter(Priority.LOGIN)


def test_one_may_wait_a_moment_for_a_place() -> None:
    admission = Admission(1, waiting=1, patience_s=5)
    admission.enter(Priority.LOGIN)
    entered: list[bool] = []
    waiter = Thread(target=lambda: entered.append(admission.enter(Priority.LOGIN)))
    waiter.start()
    while admission._waiting == 0:
        time.sleep(0.001)
    assert not admission.enter(Priority.LOGIN)
    admission.leave()
    waiter.join(5)
    assert entered == [True]


def test_a_full_house_answers_503_and_says_when_to_return() -> None:
    app = web(in_flight=1, waiting=0)
    app.extensions[EXTENSION].enter(Priority.LOGIN)
    answer = app.test_client().get("/open")
    assert answer.status_code == 503
    assert 2 <= int(answer.headers["Retry-After"]) <= 6
    assert app.test_client().get("/api/v1/closed").content_type == "application/problem+json"
    assert app.test_client().get("/health").status_code == 200
    assert app.extensions[EXTENSION].shed == {"citizen.full": 2}


def test_places_are_given_back_also_by_failures() -> None:
    app = web(in_flight=1, waiting=0)
    client = app.test_client()
    for path in ("/open", "/fail/unknown", "/fail/conflict", "/nothing", "/open"):
        assert client.get(path).status_code != 503
    assert app.extensions[EXTENSION].in_flight == 0


def test_a_refused_request_gives_back_no_place_it_never_had() -> None:
    app = web(in_flight=1, waiting=0)
    admission = app.extensions[EXTENSION]
    admission.enter(Priority.LOGIN)
    app.test_client().get("/open")
    assert admission.in_flight == 1


def test_what_waited_too_long_at_the_front_is_dropped() -> None:
    client = web(trusted_proxies=1).test_client()
    old, fresh = f"t={time.time() - 1.5:.3f}", f"t={time.time():.3f}"
    assert client.get("/open", headers={"X-Request-Start": old}).status_code == 503
    assert client.get("/open", headers={"X-Request-Start": fresh}).status_code == 200
    assert client.get("/health", headers={"X-Request-Start": old}).status_code == 200


def test_without_a_front_nobody_is_believed_about_arrival() -> None:
    assert web().test_client().get("/open", headers={"X-Request-Start": "t=1.0"}).status_code == 200


@pytest.mark.parametrize(
    ("stamp", "age"),
    [
        ("t=1000.0", 2.0),
        ("1000.0", 2.0),
        ("t=1003", None),
        ("t=abc", None),
        ("", None),
        ("t=1", None),
        ("t=nan", None),
    ],
)
def test_stamps_are_read_in_seconds_and_nonsense_is_ignored(stamp: str, age: float | None) -> None:
    assert age_s(stamp, 1002.0) == age


def test_milliseconds_are_understood() -> None:
    assert age_s("1700000000000", 1_700_000_001.0) == 1.0


def test_under_a_burst_those_let_in_are_served_and_the_rest_is_told_at_once() -> None:
    app = web(in_flight=3, waiting=0)
    inside, go = Event(), Event()

    def slow() -> str:
        inside.set()
        go.wait(10)
        return "slow"

    mark(slow, Permission.PUBLIC, priority=Priority.LOGIN)
    app.add_url_rule("/slow", "slow", slow)
    answers: list[int] = []
    threads = [
        Thread(target=lambda: answers.append(app.test_client().get("/slow").status_code)) for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    inside.wait(5)
    while len(answers) < 7:
        time.sleep(0.01)
    assert answers == [503] * 7
    go.set()
    for thread in threads:
        thread.join(10)
    assert sorted(answers) == [200] * 3 + [503] * 7
