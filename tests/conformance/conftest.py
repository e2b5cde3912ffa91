"""Runs each case for every adapter that it concerns, and counts them in a table."""

import sys
from collections import defaultdict
from pathlib import Path

import pytest
import requests

sys.path.insert(0, str(Path(__file__).parent))
from operations import PUSHED, claimed
from subjects import SUBJECTS

COUNTS = pytest.StashKey[dict]()
SENT = pytest.StashKey[list]()


def pytest_configure(config):
    config.addinivalue_line("markers", "over_http: for adapters that use the network")
    config.addinivalue_line("markers", "claims(capability): for those that can do it")
    config.stash[COUNTS] = defaultdict(lambda: defaultdict(int))


# --- Which cases there are ---


def pytest_generate_tests(metafunc):
    if "subject" not in metafunc.fixturenames:
        return
    definition = metafunc.definition
    subjects = [
        each
        for each in SUBJECTS.values()
        if each.speaks_http or not definition.get_closest_marker("over_http")
        if all(
            capability in type(each.adapter()).capabilities
            for mark in definition.iter_markers("claims")
            for capability in mark.args
        )
    ]
    for name, values in VALUES.items():
        if name in metafunc.fixturenames:
            pairs = [(each, value) for each in subjects for value in values(each)]
            ids = [f"{each.code}-{value}" for each, value in pairs]
            metafunc.parametrize(("subject", name), pairs, ids=ids)
            return
    metafunc.parametrize("subject", subjects, ids=[each.code for each in subjects])


def _reasons(subject):
    return type(subject.adapter()).cancel_reasons


def _notices(subject):
    capabilities = type(subject.adapter()).capabilities
    return [name for name, needed in PUSHED.items() if needed in capabilities]


VALUES = {"operation": claimed, "notice": _notices, "reason": _reasons}
"""What a case may be asked for, once for each of a subject's own."""


# --- What was sent ---


@pytest.fixture(autouse=True)
def sent(request, monkeypatch):
    """Every request of the case, in order; wrong ones fail it."""
    requests_sent = request.node.stash[SENT] = []
    send = requests.Session.send

    def recorded(session, prepared, **options):
        requests_sent.append(prepared)
        return send(session, prepared, **options)

    monkeypatch.setattr(requests.Session, "send", recorded)
    return requests_sent


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    subject = _subject(item)
    if subject and subject.specification and subject.specification.present:
        counts = item.config.stash[COUNTS][subject.code]
        faults = [
            fault
            for request in item.stash[SENT]
            for fault in subject.specification.violations(request)
        ]
        counts["requests"] += len(item.stash[SENT])
        counts["violations"] += len(faults)
        assert not faults, "\n".join(dict.fromkeys(faults))
    return result


# --- The table ---


def _subject(item):
    return getattr(item, "callspec", None) and item.callspec.params.get("subject")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    subject = _subject(item)
    if subject and report.when == "call":
        item.config.stash[COUNTS][subject.code][report.outcome] += 1
    return report


def pytest_terminal_summary(terminalreporter, config):
    terminalreporter.section("conformance")
    row = "{:<12}{:>11}{:>7}{:>8}{:>10}  {}".format
    head = ("adapter", "operations", "cases", "passed", "requests", "spec violations")
    terminalreporter.write_line(row(*head))
    for code, counts in sorted(config.stash[COUNTS].items()):
        subject = SUBJECTS[code]
        cases = sum(counts[outcome] for outcome in ("passed", "failed", "skipped"))
        terminalreporter.write_line(
            row(
                code,
                len(claimed(subject)),
                cases,
                counts["passed"],
                counts["requests"] or "",
                _violations(subject, counts),
            )
        )


def _violations(subject, counts) -> str:
    if subject.specification is None:
        return "none published" if subject.speaks_http else "no network"
    if not subject.specification.present:
        return "no specification here"
    return str(counts["violations"])
